package io.lkagent.protocol;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before each try to connect again: the first nearly at once, then twice as long
 * each time up to a cap, all with jitter, so that a server that comes back is not met by every
 * worker in the same instant.
 *
 * <p>Only the owner resets it, once a connection has proved stable. Not safe for several threads.
 */
public final class Backoff {
  private static final Duration FIRST = Duration.ofMillis(500);
  private static final Duration BASE = Duration.ofSeconds(1);
  private static final Duration CAP = Duration.ofSeconds(30);
  private static final double JITTER = 0.25;
  private static final int MAX_DOUBLINGS = 30;

  private final RandomGenerator random;
  private int tries;

  public Backoff(RandomGenerator random) {
    this.random = random;
  }

  /** The wait before the next try. */
  public Duration next() {
    int retry = tries++;
    if (retry == 0) {
      return Duration.ofNanos((long) (random.nextDouble() * FIRST.toNanos()));
    }
    long doubled = BASE.toNanos() << Math.min(retry - 1, MAX_DOUBLINGS);
    long wait = Math.min(doubled, CAP.toNanos());
    double factor = 1 - JITTER + 2 * JITTER * random.nextDouble();
    return Duration.ofNanos((long) Math.min(wait * factor, (double) CAP.toNanos()));
  }

  /** How often {@link #next()} was asked since the last reset. */
  public int tries() {
    return tries;
  }

  public void reset() {
    tries = 0;
  }
}
