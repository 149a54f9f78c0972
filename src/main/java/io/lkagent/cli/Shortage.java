package io.lkagent.cli;

/** The last words when the system has no thread, file or memory left for Java itself. */
public final class Shortage {
  private static final String REMEDY =
      "raise the limits of processes and open files (ulimit -u, ulimit -n; in a container, its pids"
          + " limit) or its memory; if that is not it, install lkagent again";

  private Shortage() {}

  /** Says what is missing in one line; returns the exit code. */
  public static int say(Error failure) {
    System.err.println(
        "lkagent: this system gives it too little to start (" + failure + "): " + REMEDY);
    return ExitCode.USAGE.code();
  }
}
