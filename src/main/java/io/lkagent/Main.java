package io.lkagent;

import io.lkagent.cli.Cli;

/** The entry point of the {@code lkagent} binary. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(Cli.start(args));
  }
}
