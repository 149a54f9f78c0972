package io.lkagent.time;

import java.time.Duration;
import java.time.Instant;

/** The clocks that lkagent's code sees; tests hand in their own. */
public interface Time {
  /**
   * A monotonic instant in nanoseconds, of arbitrary origin, for deadlines and durations. It stands
   * still while this process was stopped (SIGSTOP, a frozen container), so that nobody is blamed
   * for a silence that was our own.
   */
  long nanos();

  /** The wall clock, for people and records only. */
  Instant wall();

  /** Sleeps; an interrupt ends it early and stays set. */
  void sleep(Duration duration);

  /** The deadline {@code wait} from now, in {@link #nanos()}. */
  default long deadline(Duration wait) {
    return nanos() + wait.toNanos();
  }

  /** The machine's clocks, less the time in which this process was stopped; for the worker. */
  static Time system() {
    return SystemTime.INSTANCE;
  }

  /** The machine's clocks as they are, without a thread of their own; for job processes. */
  static Time raw() {
    return RawTime.INSTANCE;
  }
}
