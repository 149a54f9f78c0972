package io.lkagent.cli;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code lkagent worker health}. */
@Command(
    name = "health",
    mixinStandardHelpOptions = true,
    description =
        "Asks the worker on this machine whether it is healthy: 0 yes, 1 no, 3 none there.",
    footer = {"", "Example: HEALTHCHECK CMD [\"lkagent\", \"worker\", \"health\"]"})
final class WorkerHealthCommand implements Runnable, LkagentCommand.WithExit {
  @ParentCommand WorkerCommand group = new WorkerCommand();

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Ask this port instead of looking the worker up.")
  @Nullable Integer port;

  @Option(names = "--runtime-dir", paramLabel = "DIR", description = "Where commands find workers.")
  @Nullable Path runtimeDir;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "5s",
      converter = Values.Durations.class,
      description = "How long to wait for the answer.")
  Duration timeout = Duration.ZERO;

  private ExitCode exit = ExitCode.DONE;

  @Override
  public void run() {
    if (port != null) {
      WorkerCommand.checkPort("--port", port);
    }
    LkagentCommand root = group.root;
    exit =
        root.context()
            .useCases()
            .health()
            .run(new UseCases.HealthRun.HealthRequest(runtimeDir, port, timeout), root.console());
  }

  @Override
  public ExitCode exit() {
    return exit;
  }
}
