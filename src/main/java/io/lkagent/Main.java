package io.lkagent;

import io.lkagent.cli.Cli;

/** The entry point of the {@code lkagent} binary. */
public final class Main {
  /** {@code USAGE} of the exit codes; their class may be the one that cannot be loaded. */
  private static final int TOO_LITTLE = 2;

  private static final String REMEDY =
      "raise the limits of processes and open files (ulimit -u, ulimit -n; in a container, its pids"
          + " limit) or its memory; if that is not it, install lkagent again";

  private Main() {}

  public static void main(String[] args) {
    try {
      System.exit(Cli.start(args));
    } catch (OutOfMemoryError | LinkageError e) {
      System.err.println(
          "lkagent: this system gives it too little to start (" + e + "): " + REMEDY);
      // An orderly exit can need what is scarce, a thread or a file; this needs nothing. Job
      // processes die with their worker.
      Runtime.getRuntime().halt(TOO_LITTLE);
    }
  }
}
