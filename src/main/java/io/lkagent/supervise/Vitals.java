package io.lkagent.supervise;

/**
 * The signs of life of a child that is ready: when it was last heard and pinged, and its memory.
 * Times are monotonic nanoseconds, memory is the proportional set size in bytes, 0 while unknown.
 *
 * @param heardAt the last message from it
 * @param nextPingAt when the next ping is due
 * @param roundTrip how long the newest pong took, in nanoseconds
 * @param baseline memory at the first reading after ready
 * @param memory the newest reading
 * @param warnedAt when its memory was last warned about, or {@link #NEVER_WARNED}
 * @param warnedMemory the reading that was warned about
 * @param highReadings readings over the soft limit since the last warning
 */
record Vitals(
    long heardAt,
    long nextPingAt,
    long roundTrip,
    long baseline,
    long memory,
    long warnedAt,
    long warnedMemory,
    int highReadings) {
  static final long NEVER_WARNED = Long.MIN_VALUE;

  static Vitals born(long now, long nextPingAt) {
    return new Vitals(now, nextPingAt, 0, 0, 0, NEVER_WARNED, 0, 0);
  }

  Vitals heard(long now) {
    return new Vitals(
        now, nextPingAt, roundTrip, baseline, memory, warnedAt, warnedMemory, highReadings);
  }

  Vitals ponged(long sentAt, long now) {
    return new Vitals(
        now, nextPingAt, now - sentAt, baseline, memory, warnedAt, warnedMemory, highReadings);
  }

  Vitals pinged(long next) {
    return new Vitals(
        heardAt, next, roundTrip, baseline, memory, warnedAt, warnedMemory, highReadings);
  }

  Vitals measured(long bytes) {
    return new Vitals(
        heardAt,
        nextPingAt,
        roundTrip,
        baseline == 0 ? bytes : baseline,
        bytes,
        warnedAt,
        warnedMemory,
        highReadings);
  }

  Vitals high() {
    return new Vitals(
        heardAt, nextPingAt, roundTrip, baseline, memory, warnedAt, warnedMemory, highReadings + 1);
  }

  Vitals warned(long now) {
    return new Vitals(heardAt, nextPingAt, roundTrip, baseline, memory, now, memory, 0);
  }
}
