package io.lkagent.cli;

import java.io.PrintStream;
import java.util.Map;

/** Where a command talks to its user: results to stdout, everything else to stderr. */
final class Console {
  private final PrintStream out;
  private final PrintStream err;
  private final boolean colour;
  private boolean quiet;

  Console(PrintStream out, PrintStream err, Map<String, String> environment, boolean terminal) {
    this.out = out;
    this.err = err;
    this.colour =
        terminal
            && environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !environment.getOrDefault("TERM", "").equals("dumb");
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

  void quiet(boolean wanted) {
    quiet = wanted;
  }
}
