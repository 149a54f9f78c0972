package io.lkagent.api;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

  /** The name that an agent was dispatched to, as the server has it; null for all others. */
  public @Nullable String agentName() {
    return kind == Kind.AGENT ? attributes.get("lk.agent_name") : null;
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
