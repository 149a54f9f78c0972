package io.lkagent.time;

/**
 * A clock reading with the time left out in which nobody in this process read it, although a
 * heartbeat should have.
 */
final class StallFilter {
  private final long heartbeat;
  private final long stall;
  private long last;
  private long stalled;

  StallFilter(long start, long heartbeat, long stall) {
    this.last = start;
    this.heartbeat = heartbeat;
    this.stall = stall;
  }

  synchronized long active(long raw) {
    long gap = raw - last;
    if (gap > stall) {
      stalled += gap - heartbeat;
    }
    if (gap > 0) {
      last = raw;
    }
    return last - stalled;
  }
}
