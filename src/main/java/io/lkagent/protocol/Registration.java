package io.lkagent.protocol;

import java.time.Duration;

/**
 * What a worker registers as.
 *
 * @param agentName empty means that every new room gets this agent
 * @param version the worker's version, shown by the server's log
 * @param pingInterval how often the link is probed; a pong is due within the same time
 * @param hidden whether the agents are invisible to the room's other participants
 */
public record Registration(
    String agentName,
    String version,
    Duration pingInterval,
    boolean canPublish,
    boolean canSubscribe,
    boolean canPublishData,
    boolean canUpdateMetadata,
    boolean hidden) {
  /** How often the link is probed unless told otherwise. */
  public static final Duration PING_INTERVAL = Duration.ofSeconds(10);

  /** A registration with the permissions that LiveKit gives agents by default. */
  public static Registration of(String agentName, String version) {
    return new Registration(agentName, version, PING_INTERVAL, true, true, true, true, false);
  }

  public Registration withPingInterval(Duration interval) {
    return new Registration(
        agentName,
        version,
        interval,
        canPublish,
        canSubscribe,
        canPublishData,
        canUpdateMetadata,
        hidden);
  }
}
