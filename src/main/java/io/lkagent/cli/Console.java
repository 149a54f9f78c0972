package io.lkagent.cli;

import java.io.PrintStream;
import java.util.Map;

/** Where a command talks to its user: results to stdout, everything else to stderr. */
final class Console {
  private final PrintStream out;
  private final PrintStream err;
  private final boolean colour;
  private final boolean dumb;
  private boolean quiet;

  Console(PrintStream out, PrintStream err, Map<String, String> environment, boolean terminal) {
    this.out = out;
    this.err = err;
    this.dumb = environment.getOrDefault("TERM", "").equals("dumb");
    this.colour = terminal && environment.getOrDefault("NO_COLOR", "").isEmpty() && !dumb;
  }

  /** A line of the command's result. */
  void result(String line) {
    out.println(line);
    out.flush();
  }

  /** A line on how it goes; not printed with {@code --quiet}. */
  void note(String line) {
    if (!quiet) {
      err.println(line);
      err.flush();
    }
  }

  /** A line on what went wrong. */
  void error(String line) {
    String text = "lkagent: " + line;
    err.println(colour ? "\u001b[31m" + text + "\u001b[0m" : text);
    err.flush();
  }

  PrintStream out() {
    return out;
  }

  PrintStream err() {
    return err;
  }

  boolean colour() {
    return colour;
  }

  /** Whether a line on stderr can be written over while a command goes on. */
  boolean live() {
    return !quiet && !dumb && Terminal.stderr();
  }

  void quiet(boolean wanted) {
    quiet = wanted;
  }
}
