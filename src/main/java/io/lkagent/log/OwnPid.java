package io.lkagent.log;

import java.io.IOException;
import java.nio.file.Path;

/** This process's id, without the thread pool that the JDK's own way makes. */
public final class OwnPid {
  private OwnPid() {}

  /** Asks {@code /proc} where there is one. */
  public static long find() {
    try {
      String name = Path.of("/proc/self").toRealPath().toString();
      return Long.parseLong(name.substring(name.lastIndexOf('/') + 1));
    } catch (IOException | NumberFormatException e) {
      return ProcessHandle.current().pid();
    }
  }
}
