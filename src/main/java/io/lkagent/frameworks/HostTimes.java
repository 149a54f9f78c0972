package io.lkagent.frameworks;

import java.time.Duration;

/**
 * How long an app's host may take for what.
 *
 * @param describe from its start to the app's description: the imports of framework and app
 * @param pingInterval how often it is pinged
 * @param silence how long it may say nothing after a ping or a fork request before it is taken for
 *     hung
 * @param fork how long one fork may take while it still talks
 * @param answer how long the app's request function may take
 * @param firstRest how long after a failed start it is started again; doubled each time
 * @param longestRest up to this
 */
public record HostTimes(
    Duration describe,
    Duration pingInterval,
    Duration silence,
    Duration fork,
    Duration answer,
    Duration firstRest,
    Duration longestRest) {
  /** What suits any app, but for the time that its imports may take. */
  public static HostTimes of(Duration describe) {
    return new HostTimes(
        describe,
        Duration.ofSeconds(5),
        Duration.ofSeconds(3),
        Duration.ofSeconds(10),
        Duration.ofMillis(2500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(30));
  }
}
