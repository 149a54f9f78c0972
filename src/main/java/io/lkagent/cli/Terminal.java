package io.lkagent.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Whether a person watches what this process writes. */
final class Terminal {
  private static final Path STDERR = Path.of("/proc/self/fd/2");

  private Terminal() {}

  /** Whether both results and errors go to a terminal. */
  static boolean all() {
    return stdout() && stderr();
  }

  /** Whether stderr is a terminal: Java itself tells it of stdin and stdout alone. */
  static boolean stderr() {
    if (!Files.exists(STDERR.getParent())) {
      return stdout();
    }
    try {
      Path target = STDERR.toRealPath();
      return target.startsWith("/dev/pts")
          || target.startsWith("/dev/tty")
          || target.startsWith("/dev/console");
    } catch (IOException e) {
      return false; // a pipe, which has no path
    }
  }

  private static boolean stdout() {
    // Null where the JVM has no console at all, whatever its documentation says.
    return Optional.ofNullable(System.console()).filter(java.io.Console::isTerminal).isPresent();
  }
}
