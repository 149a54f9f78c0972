package io.lkagent.process;

import io.lkagent.time.Time;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How busy the CPUs are that this process may use, from 0 to 1, averaged over the last 2.5 seconds:
 * the container's use of its quota, or the machine's when there is none. For one thread.
 */
public final class CpuLoad {
  private static final Duration WINDOW = Duration.ofMillis(2500);
  private static final int IDLE = 4;
  private static final int IO_WAIT = 5;
  private static final int GUEST = 9;

  private final Time time;
  private final Cgroup cgroup;
  private final Path proc;
  private final LoadWindow window = new LoadWindow(WINDOW.toNanos());

  public CpuLoad(Time time) {
    this(time, new Cgroup(), ProcFiles.PROC);
  }

  CpuLoad(Time time, Cgroup cgroup, Path proc) {
    this.time = time;
    this.cgroup = cgroup;
    this.proc = proc;
  }

  /** Takes a sample and tells the average; empty until there are two, or where nothing is known. */
  public OptionalDouble sample() {
    OptionalDouble quota = cgroup.cpuQuota();
    OptionalLong used = cgroup.cpuUsedNanos();
    if (quota.isPresent() && used.isPresent()) {
      double available = Math.min(quota.getAsDouble(), Runtime.getRuntime().availableProcessors());
      long now = time.nanos();
      window.add(now, used.getAsLong() / available, (double) now);
    } else {
      machine();
    }
    return window.load();
  }

  /** The kernel's own ticks for both figures: busy ones of all. */
  private void machine() {
    Optional<String> stat = ProcFiles.text(proc.resolve("stat"));
    String[] words = stat.map(s -> s.lines().findFirst().orElse("")).orElse("").split("\\s+", -1);
    if (words.length <= IO_WAIT) {
      return;
    }
    double total = 0;
    for (int i = 1; i < Math.min(words.length, GUEST); i++) {
      total += ProcFiles.number(words[i]).orElse(0);
    }
    double idle =
        ProcFiles.number(words[IDLE]).orElse(0) + ProcFiles.number(words[IO_WAIT]).orElse(0);
    window.add(time.nanos(), total - idle, total);
  }
}
