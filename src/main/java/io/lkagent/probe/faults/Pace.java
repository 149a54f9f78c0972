package io.lkagent.probe.faults;

import java.time.Duration;

/**
 * How long things may take, from how long the agent was measured to take.
 *
 * @param ready from spawn to ready, the slowest of the normal starts
 * @param patience the least time for anything that a good agent does
 */
record Pace(Duration ready, Duration patience) {
  private static final Duration SHORT = Duration.ofSeconds(1);

  static Pace of(Duration ready) {
    return new Pace(ready, Duration.ofSeconds(10));
  }

  /** A limit that is waited out: several starts run beside each other. */
  Duration impatient() {
    return longer(SHORT, ready.multipliedBy(3));
  }

  /** A limit that a good agent never reaches. */
  Duration ample() {
    return longer(patience, ready.multipliedBy(10));
  }

  /** How long something is held back that should only make a start slower. */
  Duration pause() {
    return Duration.ofMillis(500);
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }
}
