package io.lkagent.time;

import java.time.Duration;
import java.time.Instant;

/** The machine's clocks as they are, without a thread that watches for stalls. */
final class RawTime implements Time {
  static final RawTime INSTANCE = new RawTime();

  private RawTime() {}

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public Instant wall() {
    return Instant.now();
  }

  @Override
  public void sleep(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
