package io.lkagent.probe;

import io.lkagent.process.ProcessUsage;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** A figure of each start that is reported, and that a threshold can name. */
public enum Metric {
  SPAWN(Unit.NANOS, "asked → process made"),
  PROGRAM(Unit.NANOS, "asked → its own code runs"),
  HELLO(Unit.NANOS, "asked → hello"),
  READY(Unit.NANOS, "asked → ready"),
  PONG(Unit.NANOS, "asked → first pong"),
  SILENCE(Unit.NANOS, "longest wait for a pong during init"),
  CPU(Unit.NANOS, "CPU time until ready"),
  CPU_WAIT(Unit.NANOS, "ready to run, without a CPU"),
  PSS(Unit.BYTES, "memory at ready, shared pages in shares"),
  RSS(Unit.BYTES, "resident memory at ready"),
  MINOR_FAULTS(Unit.COUNT, "page faults without reading"),
  MAJOR_FAULTS(Unit.COUNT, "page faults that read storage"),
  READ(Unit.BYTES, "bytes read"),
  DISK(Unit.BYTES, "of them from storage"),
  THREADS(Unit.COUNT, "threads at ready"),
  FDS(Unit.COUNT, "file descriptors at ready");

  /** What a metric counts. */
  public enum Unit {
    NANOS,
    BYTES,
    COUNT
  }

  private final Unit unit;
  private final String meaning;

  Metric(Unit unit, String meaning) {
    this.unit = unit;
    this.meaning = meaning;
  }

  public Unit unit() {
    return unit;
  }

  public String meaning() {
    return meaning;
  }

  /** As thresholds and reports name it: {@code minor-faults}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The figure of one start; {@link Times#UNKNOWN} when it has none. */
  public long of(ProbeRun run) {
    Times times = run.times();
    return switch (this) {
      case SPAWN -> times.spawned();
      case PROGRAM -> times.program();
      case HELLO -> times.hello();
      case READY -> times.ready();
      case PONG -> times.pong();
      case SILENCE -> run.pings().longestNanos();
      case CPU -> used(run, ProcessUsage::cpuNanos);
      case CPU_WAIT -> used(run, ProcessUsage::waitNanos);
      case PSS -> used(run, ProcessUsage::pss);
      case RSS -> used(run, ProcessUsage::rss);
      case MINOR_FAULTS -> used(run, ProcessUsage::minorFaults);
      case MAJOR_FAULTS -> used(run, ProcessUsage::majorFaults);
      case READ -> used(run, ProcessUsage::readBytes);
      case DISK -> used(run, ProcessUsage::diskBytes);
      case THREADS -> used(run, ProcessUsage::threads);
      case FDS -> used(run, ProcessUsage::fds);
    };
  }

  private static long used(ProbeRun run, ToLongFunction<ProcessUsage> figure) {
    ProcessUsage usage = run.usage();
    return usage == null ? Times.UNKNOWN : figure.applyAsLong(usage);
  }

  /** Its distribution over the starts that became ready. */
  public Distribution over(List<ProbeRun> runs) {
    return Distribution.of(
        runs.stream().filter(run -> run.outcome().ready()).map(this::of).toList());
  }
}
