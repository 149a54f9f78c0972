package io.lkagent.supervise;

import java.time.Duration;
import java.util.Map;

/**
 * The limits that a child lives under.
 *
 * @param initTimeout spawn to ready
 * @param startTimeout start sent to running
 * @param shutdownTimeout a process's own end, callbacks included
 * @param pingInterval between two pings
 * @param pingTimeout the longest silence
 * @param checkTimeout the answer to the ping before a hand-over
 * @param memoryWarn proportional set size in bytes to warn at; 0 for never
 * @param memoryLimit proportional set size in bytes to stop at; 0 for never
 * @param options the agent's own options
 */
public record ChildSettings(
    Duration initTimeout,
    Duration startTimeout,
    Duration shutdownTimeout,
    Duration pingInterval,
    Duration pingTimeout,
    Duration checkTimeout,
    long memoryWarn,
    long memoryLimit,
    Map<String, String> options) {
  private static final long MEBI = 1024 * 1024;

  public ChildSettings {
    options = Map.copyOf(options);
  }

  public static ChildSettings defaults() {
    return new ChildSettings(
        Duration.ofSeconds(10),
        Duration.ofSeconds(10),
        Duration.ofSeconds(60),
        Duration.ofMillis(2500),
        Duration.ofSeconds(60),
        Duration.ofMillis(500),
        512 * MEBI,
        0,
        Map.of());
  }
}
