package io.lkagent.worker;

import io.lkagent.process.Cgroup;
import io.lkagent.process.ExitStatus;
import io.lkagent.supervise.OomWatch;
import java.util.Comparator;
import java.util.function.Supplier;

/**
 * Tells a kernel's out-of-memory kill from any other SIGKILL: the cgroup's count of such kills went
 * up, and the process that died was the largest one at the last reading.
 */
final class OomDetector implements OomWatch {
  private static final int SIGKILL = 9;

  private final Cgroup cgroup;
  private final Supplier<Iterable<ProcessRow>> rows;
  private long kills;

  OomDetector(Cgroup cgroup, Supplier<Iterable<ProcessRow>> rows) {
    this.cgroup = cgroup;
    this.rows = rows;
    this.kills = cgroup.oomKills().orElse(0);
  }

  @Override
  public synchronized boolean suspects(long pid, ExitStatus status) {
    boolean killed =
        status instanceof ExitStatus.Signalled(int signal, String _) && signal == SIGKILL;
    if (!killed) {
      return false;
    }
    long now = cgroup.oomKills().orElse(0);
    boolean more = now > kills;
    kills = now;
    return more && largest() == pid;
  }

  private long largest() {
    ProcessRow largest = ProcessRow.starting(0);
    for (ProcessRow row : rows.get()) {
      if (Comparator.comparingLong(ProcessRow::pss).compare(row, largest) > 0) {
        largest = row;
      }
    }
    return largest.pid();
  }
}
