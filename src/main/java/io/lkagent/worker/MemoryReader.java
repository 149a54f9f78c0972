package io.lkagent.worker;

import io.lkagent.metrics.WorkerMetrics;
import io.lkagent.process.ProcessEntry;
import io.lkagent.process.ProcessMemory;
import io.lkagent.process.ProcessTable;
import io.lkagent.supervise.ChildState;
import io.lkagent.supervise.Supervisor;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The memory of the processes, read where it may have changed and as often as its price allows: for
 * one reading the kernel walks all pages, 1 ms for a small JVM, 7 ms for a process that was forked
 * from a large one. A process that has touched no new page is not read again.
 */
final class MemoryReader {
  /** How often the pages of processes with a job are counted, in turns of a second. */
  private static final int JOB_TURNS = 5;

  private static final int IDLE_TURNS = 60;

  /** Pages that must have been touched, come or gone before a process is read again: 1 MiB. */
  private static final long MOVED = 256;

  /** After so long a job's process is read anyhow: what it shares changes with the others. */
  private static final Duration OLD = Duration.ofMinutes(1);

  /** What readings may take of each second: idle processes 0.2 %, those with a job 1 %. */
  private final Allowance forIdle = new Allowance(Duration.ofMillis(2));

  private final Allowance forJobs = new Allowance(Duration.ofMillis(10));
  private final Supplier<Collection<Supervisor>> children;
  private final WorkerMetrics metrics;
  private final Time time;
  private final ProcessTable table = new ProcessTable();
  private final ProcessMemory memory = new ProcessMemory();
  private final Map<Long, Reading> readings = new HashMap<>();
  private final Map<Long, Long> moved = new HashMap<>();

  /** What one process had when it was read last, and at first. */
  private record Reading(long baseline, long pss, ProcessEntry entry, long at) {}

  MemoryReader(Supplier<Collection<Supervisor>> children, WorkerMetrics metrics, Time time) {
    this.children = children;
    this.metrics = metrics;
    this.time = time;
  }

  void turn(long turn) {
    List<Supervisor> jobs = new ArrayList<>();
    List<Supervisor> idle = new ArrayList<>();
    Set<Long> pids = new HashSet<>();
    for (Supervisor child : children.get()) {
      pids.add(child.pid());
      ChildState state = child.state();
      if (state instanceof ChildState.Running) {
        jobs.add(child);
      } else if (state instanceof ChildState.Idle) {
        idle.add(child);
      }
    }
    readings.keySet().retainAll(pids);
    moved.keySet().retainAll(pids);
    note(jobs, turn % JOB_TURNS == 0, true);
    note(idle, turn % IDLE_TURNS == 0, false);
    boolean anew = read(jobs, forJobs, true);
    read(idle, forIdle, false);
    if (anew) {
      report(jobs);
    }
  }

  /** Notes who is to be read, and how far each has moved. */
  private void note(List<Supervisor> some, boolean count, boolean job) {
    for (Supervisor child : some) {
      Reading last = readings.get(child.pid());
      if (last == null) {
        moved.put(child.pid(), Long.MAX_VALUE);
      } else if (count) {
        long pages = table.find(child.pid()).map(now -> pages(last.entry(), now)).orElse(0L);
        if (pages >= MOVED || (job && time.nanos() - last.at() >= OLD.toNanos())) {
          moved.put(child.pid(), pages);
        }
      }
    }
  }

  private static long pages(ProcessEntry before, ProcessEntry now) {
    return Math.max(now.faults() - before.faults(), Math.abs(now.resident() - before.resident()));
  }

  /**
   * Reads those that have moved most, as many as may be.
   *
   * @param one whether one may be read in any case
   */
  private boolean read(List<Supervisor> some, Allowance allowance, boolean one) {
    allowance.renew();
    List<Supervisor> due =
        some.stream()
            .filter(child -> moved.containsKey(child.pid()))
            .sorted(Comparator.comparingLong(this::distance).reversed())
            .toList();
    boolean read = false;
    for (Supervisor child : due) {
      if (!allowance.some() && (read || !one)) {
        break;
      }
      long begun = time.nanos();
      read(child);
      read = true;
      allowance.spent(time.nanos() - begun);
    }
    return read;
  }

  private long distance(Supervisor child) {
    return moved.getOrDefault(child.pid(), 0L);
  }

  private void read(Supervisor child) {
    moved.remove(child.pid());
    Optional<ProcessEntry> entry = table.find(child.pid());
    OptionalLong pss =
        entry.isPresent()
            ? memory.pss(child.pid(), entry.get().startTicks())
            : OptionalLong.empty();
    if (pss.isEmpty()) {
      return;
    }
    long bytes = pss.getAsLong();
    Reading before = readings.get(child.pid());
    if (before == null) {
      metrics.baselineMeasured(bytes);
    }
    long baseline = before == null ? bytes : before.baseline();
    readings.put(child.pid(), new Reading(baseline, bytes, entry.get(), time.nanos()));
    child.memoryRead(bytes);
  }

  private void report(List<Supervisor> jobs) {
    List<Long> all = new ArrayList<>();
    List<Long> grown = new ArrayList<>();
    for (Supervisor job : jobs) {
      @Nullable Reading reading = readings.get(job.pid());
      if (reading != null) {
        all.add(reading.pss());
        grown.add(reading.pss() - reading.baseline());
      }
    }
    if (!all.isEmpty()) {
      metrics.memoryMeasured(all, grown);
    }
  }

  /** Time that may be spent, so much anew each turn; what was overdrawn is missing later. */
  private static final class Allowance {
    private final long each;
    private long left;

    Allowance(Duration each) {
      this.each = each.toNanos();
    }

    void renew() {
      left = Math.min(left + each, each);
    }

    boolean some() {
      return left > 0;
    }

    void spent(long nanos) {
      // However long a busy machine made it take: ten turns later it goes on.
      left = Math.max(left - nanos, -10 * each);
    }
  }
}
