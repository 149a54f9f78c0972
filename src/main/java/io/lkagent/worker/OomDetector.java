package io.lkagent.worker;

import io.lkagent.process.Cgroup;
import io.lkagent.process.ExitStatus;
import io.lkagent.supervise.OomWatch;
import io.lkagent.time.Time;
import java.time.Duration;

/**
 * Tells a kernel's out-of-memory kill from any other SIGKILL: the cgroup's count of such kills has
 * just gone up. Each kill explains one death, so that of two processes that die together only one
 * is said to be the kernel's.
 */
final class OomDetector implements OomWatch {
  private static final int SIGKILL = 9;

  /** How long a counted kill may wait for its process to be reported as dead. */
  private static final Duration FRESH = Duration.ofSeconds(3);

  private final Cgroup cgroup;
  private final Time time;
  private long counted;
  private long unexplained;
  private long deadline;

  OomDetector(Cgroup cgroup, Time time) {
    this.cgroup = cgroup;
    this.time = time;
    this.counted = cgroup.oomKills().orElse(0);
    this.deadline = time.nanos();
  }

  /**
   * Reads the count. To be called every second or so: a kill that hit some other process of the
   * group must not be blamed for a death much later.
   */
  synchronized void look() {
    long now = cgroup.oomKills().orElse(0);
    if (now > counted) {
      unexplained += now - counted;
      counted = now;
      deadline = time.deadline(FRESH);
    } else if (time.nanos() - deadline > 0) {
      unexplained = 0;
    }
  }

  @Override
  public synchronized boolean suspects(long pid, ExitStatus status) {
    boolean killed =
        status instanceof ExitStatus.Signalled(int signal, String _) && signal == SIGKILL;
    if (!killed) {
      return false;
    }
    look();
    if (unexplained == 0) {
      return false;
    }
    unexplained--;
    return true;
  }
}
