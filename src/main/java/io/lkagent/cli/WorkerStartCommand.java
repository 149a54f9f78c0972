package io.lkagent.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code lkagent worker start}. */
@Command(
    name = "start",
    mixinStandardHelpOptions = true,
    description = "Serves rooms: one room, one process, until SIGTERM or SIGINT.",
    footer = {
      "",
      "Flags go over the environment, that over lkagent.yaml, that over the defaults.",
      "Example: lkagent worker start --agent-name assistant --exec './agent.sh'"
    })
final class WorkerStartCommand implements Runnable, LkagentCommand.WithExit {
  @ParentCommand WorkerCommand group = new WorkerCommand();
  @Mixin WorkerOptions options = new WorkerOptions();

  @Parameters(
      paramLabel = "NAME",
      arity = "0..*",
      description = "Which workers of the file to start (default: all).")
  List<String> names = new ArrayList<>();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Instead of lkagent.yaml in this folder.")
  @Nullable Path config;

  @Option(
      names = "--print-config",
      description = "Show the settings and where each came from, and end.")
  boolean printConfig;

  @Option(names = "--dev", description = "Bring a dev server along, in this process.")
  boolean dev;

  private ExitCode exit = ExitCode.DONE;

  @Override
  public void run() {
    LkagentCommand root = group.root;
    List<NamedWorker> workers = root.context().workerConfigs().load(names, config);
    UseCases.WorkerRun worker = root.context().useCases().worker();
    exit =
        printConfig
            ? worker.show(workers, root.console())
            : worker.run(workers, dev, root.console());
  }

  @Override
  public ExitCode exit() {
    return exit;
  }
}
