package io.lkagent;

import io.lkagent.cli.Cli;
import io.lkagent.cli.Shortage;

/** The entry point of the {@code lkagent} binary. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    try {
      System.exit(Cli.start(args));
    } catch (OutOfMemoryError | LinkageError e) {
      // An orderly exit can need what is scarce, a thread or a file; this needs nothing. Job
      // processes die with their worker.
      Runtime.getRuntime().halt(Shortage.say(e));
    }
  }
}
