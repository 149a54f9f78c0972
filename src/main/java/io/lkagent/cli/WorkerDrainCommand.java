package io.lkagent.cli;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code lkagent worker drain}. */
@Command(
    name = "drain",
    mixinStandardHelpOptions = true,
    description = "Asks a running worker to take no more jobs, finish those it has, and leave.",
    footer = {"", "Example: lkagent worker drain --timeout 10m"})
final class WorkerDrainCommand implements Runnable, LkagentCommand.WithExit {
  @ParentCommand WorkerCommand group = new WorkerCommand();

  @Parameters(
      paramLabel = "PID",
      arity = "0..1",
      description = "Which worker, when several run here.")
  @Nullable String worker;

  @Option(names = "--runtime-dir", paramLabel = "DIR", description = "Where commands find workers.")
  @Nullable Path runtimeDir;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "12m",
      converter = Values.Durations.class,
      description = "How long to wait for its end.")
  Duration timeout = Duration.ZERO;

  private ExitCode exit = ExitCode.DONE;

  @Override
  public void run() {
    LkagentCommand root = group.root;
    exit =
        root.context()
            .useCases()
            .drain()
            .run(new UseCases.DrainRun.DrainRequest(worker, runtimeDir, timeout), root.console());
  }

  @Override
  public ExitCode exit() {
    return exit;
  }
}
