package io.lkagent.probe;

import io.lkagent.process.ProcessSpec;
import io.lkagent.process.SideCommand;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The user's shell command before each start, whose time is nobody's. */
final class Preparation {
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private final @Nullable String line;
  private final ProcessSpec like;
  private final SideCommand commands = new SideCommand();

  /**
   * @param line null for none
   * @param like in whose folder it runs, with the same variables
   */
  Preparation(@Nullable String line, ProcessSpec like) {
    this.line = line;
    this.like = like;
  }

  /**
   * Runs it to its end.
   *
   * @throws ProbeFault when it fails, with what it printed
   */
  void run() throws ProbeFault, InterruptedException {
    if (line == null) {
      return;
    }
    try {
      SideCommand.Result result =
          commands.run(
              new ProcessSpec(
                  List.of("/bin/sh", "-c", line),
                  like.environment(),
                  like.withheld(),
                  like.workingDirectory()),
              LIMIT);
      if (result.exit() != 0) {
        throw new ProbeFault(
            result.exit() < 0
                ? "--prepare: the command did not end within " + LIMIT.toMinutes() + " minutes"
                : "--prepare: the command ended with exit code "
                    + result.exit()
                    + "; no start was made after it",
            result.output());
      }
    } catch (IOException e) {
      throw new ProbeFault("--prepare: cannot run the command: " + e.getMessage());
    }
  }

  /** Ends what runs. */
  void stop() {
    commands.stop();
  }
}
