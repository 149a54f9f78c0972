package io.lkagent.ops;

import java.time.Duration;

/**
 * An agent that is wanted in a room.
 *
 * @param agentName empty for the automatic agent
 * @param metadata for the agent; a dispatch that is reused keeps its own
 * @param patience how long to wait until the agent is in the room; zero: not at all
 * @param createRoom whether to make the room when it does not exist
 */
public record DispatchRequest(
    String room, String agentName, String metadata, Duration patience, boolean createRoom) {
  public DispatchRequest(String room, String agentName, Duration patience) {
    this(room, agentName, "", patience, true);
  }
}
