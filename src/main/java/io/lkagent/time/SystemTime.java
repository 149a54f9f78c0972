package io.lkagent.time;

import java.time.Duration;
import java.time.Instant;

/**
 * The machine's clocks. A heartbeat reads the monotonic clock once a second; a gap of more than
 * {@link #STALL} between two readings means that this whole process stood still, and is left out of
 * {@link #nanos()}.
 */
final class SystemTime implements Time {
  private static final long HEARTBEAT = Duration.ofSeconds(1).toNanos();
  private static final long STALL = Duration.ofSeconds(3).toNanos();

  /** Below the constants: it needs them, and statics are set in the order of the text. */
  static final SystemTime INSTANCE = new SystemTime();

  private final StallFilter filter = new StallFilter(RawTime.INSTANCE.nanos(), HEARTBEAT, STALL);

  private SystemTime() {
    Thread.ofPlatform()
        .daemon()
        .name("clock")
        .start(() -> {
          while (true) {
            sleep(Duration.ofNanos(HEARTBEAT));
            nanos();
          }
        });
  }

  @Override
  public long nanos() {
    return filter.active(RawTime.INSTANCE.nanos());
  }

  @Override
  public Instant wall() {
    return RawTime.INSTANCE.wall();
  }

  @Override
  public void sleep(Duration duration) {
    RawTime.INSTANCE.sleep(duration);
  }
}
