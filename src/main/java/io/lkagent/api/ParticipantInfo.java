package io.lkagent.api;

import java.time.Instant;
import java.util.Map;

/** A participant of a room. */
public record ParticipantInfo(
    String identity,
    String sid,
    String name,
    Kind kind,
    Instant joined,
    Map<String, String> attributes) {
  /** What a participant is. */
  public enum Kind {
    HUMAN,
    AGENT,
    OTHER
  }

  public ParticipantInfo {
    attributes = Map.copyOf(attributes);
  }
}
