package io.lkagent.probe;

import io.lkagent.process.ProcessUsage;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** A figure of each start that is reported, and that a threshold can name. */
public enum Metric {
  /** Asked → process made. */
  SPAWN(Unit.NANOS),

  /** Asked → its own code runs. */
  PROGRAM(Unit.NANOS),

  /** Asked → hello. */
  HELLO(Unit.NANOS),

  /** Asked → ready. */
  READY(Unit.NANOS),

  /** Asked → first pong. */
  PONG(Unit.NANOS),

  /** Longest wait for a pong during init. */
  SILENCE(Unit.NANOS),

  /** CPU time until ready. */
  CPU(Unit.NANOS),

  /** Ready to run, without a CPU. */
  CPU_WAIT(Unit.NANOS),

  /** Memory at ready, shared pages in shares. */
  PSS(Unit.BYTES),

  /** Resident memory at ready. */
  RSS(Unit.BYTES),

  /** Page faults without reading. */
  MINOR_FAULTS(Unit.COUNT),

  /** Page faults that read storage. */
  MAJOR_FAULTS(Unit.COUNT),

  /** Bytes read. */
  READ(Unit.BYTES),

  /** Of them from storage. */
  DISK(Unit.BYTES),

  /** Threads at ready. */
  THREADS(Unit.COUNT),

  /** File descriptors at ready. */
  FDS(Unit.COUNT);

  /** What a metric counts. */
  public enum Unit {
    NANOS,
    BYTES,
    COUNT
  }

  private final Unit unit;

  Metric(Unit unit) {
    this.unit = unit;
  }

  public Unit unit() {
    return unit;
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
