package io.lkagent.cli;

import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code lkagent demo}. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description =
        "Opens rooms on an embedded server, serves each by a process of its own, shows a table.",
    footer = {"", "Example: lkagent demo --rooms 50"})
final class DemoCommand implements Runnable, LkagentCommand.WithExit {
  @ParentCommand LkagentCommand root = LkagentCommand.unset();

  @Option(names = "--rooms", paramLabel = "N", defaultValue = "50", description = "Rooms at once.")
  int rooms;

  @Option(
      names = "--hold",
      paramLabel = "TIME",
      defaultValue = "2s",
      converter = Values.Durations.class,
      description = "How long the rooms stay open.")
  Duration hold = Duration.ZERO;

  @Mixin AppChoice app = new AppChoice();

  private ExitCode exit = ExitCode.DONE;

  @Override
  public void run() {
    if (rooms < 1 || rooms > 1_000) {
      throw new UsageException("--rooms is " + rooms + "; it must be from 1 to 1000");
    }
    app.check();
    exit =
        root.context()
            .useCases()
            .demo()
            .run(new UseCases.DemoRun.DemoRequest(rooms, hold, app), root.console());
  }

  @Override
  public ExitCode exit() {
    return exit;
  }
}
