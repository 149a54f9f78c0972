package io.lkagent.probe;

/**
 * How an agent answered pings from its hello to its first pong behind ready.
 *
 * @param longestNanos the longest that an answer took, or that an unanswered one had waited
 */
public record Pings(int sent, int answered, long longestNanos) {
  static final Pings NONE = new Pings(0, 0, 0);
}
