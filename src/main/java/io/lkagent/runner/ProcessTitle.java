package io.lkagent.runner;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The process's name in {@code ps}, where the system has {@code /proc}. */
final class ProcessTitle {
  static final String IDLE = "lkagent:idle";
  static final String JOB = "lkagent:job";

  private ProcessTitle() {}

  static void set(String title) {
    try (FileOutputStream out = new FileOutputStream("/proc/self/comm")) {
      out.write(title.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      // Nobody depends on it.
    }
  }
}
