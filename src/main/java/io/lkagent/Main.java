package io.lkagent;

import io.lkagent.cli.Cli;
import io.lkagent.cli.Shortage;

/** The entry point of the {@code lkagent} binary. */
public final class Main {
  private Main() {}

  /**
   * Ends by halt, as all is written by then: the JDK's exit first looks for loggers to tell, which
   * takes longer than a short command, and an orderly exit can need what is scarce, a thread or a
   * file. Job processes die with their worker.
   */
  public static void main(String[] args) {
    int code;
    try {
      code = Cli.start(args);
    } catch (OutOfMemoryError | LinkageError e) {
      code = Shortage.say(e);
    }
    Runtime.getRuntime().halt(code);
  }
}
