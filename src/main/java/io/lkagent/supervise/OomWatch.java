package io.lkagent.supervise;

import io.lkagent.process.ExitStatus;

/** Knows whether a death by SIGKILL was the kernel's doing for want of memory. */
@FunctionalInterface
public interface OomWatch {
  /** True when the kernel killed for memory just now, and process {@code pid} is the likely one. */
  boolean suspects(long pid, ExitStatus status);

  /** Where the system does not tell. */
  static OomWatch none() {
    return (pid, status) -> false;
  }
}
