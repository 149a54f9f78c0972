package io.lkagent.api;

import java.time.Instant;
import java.util.Map;

/**
 * Someone in a room.
 *
 * @param active false while still connecting
 */
public record ParticipantInfo(
    String identity,
    String sid,
    String name,
    Kind kind,
    boolean active,
    Instant joinedAt,
    Map<String, String> attributes) {
  public ParticipantInfo {
    attributes = Map.copyOf(attributes);
  }

  /** What someone in a room is; HUMAN is what LiveKit calls standard. */
  public enum Kind {
    HUMAN,
    AGENT,
    INGRESS,
    EGRESS,
    SIP,
    CONNECTOR,
    OTHER
  }
}
