package io.lkagent.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code lkagent worker}: the group of what is done with workers. */
@Command(
    name = "worker",
    mixinStandardHelpOptions = true,
    subcommands = {WorkerStartCommand.class, WorkerDrainCommand.class, WorkerHealthCommand.class},
    description = "Starts, drains and checks workers.",
    footer = {"", "Example: lkagent worker start --agent-name assistant"})
final class WorkerCommand {
  @ParentCommand LkagentCommand root = LkagentCommand.unset();

  static void checkPort(String option, int port) {
    if (port < 0 || port > 65_535) {
      throw new UsageException(option + " is " + port + "; it must be from 0 to 65535");
    }
  }
}
