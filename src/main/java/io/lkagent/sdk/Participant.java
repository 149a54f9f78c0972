package io.lkagent.sdk;

/**
 * Somebody in the room other than this agent.
 *
 * @param identity unique in the room
 * @param sid the server's id of this stay; another one after the participant has come again
 * @param name for display; may be empty
 * @param kind what it is
 */
public record Participant(String identity, String sid, String name, Kind kind) {
  /** What a participant is, as LiveKit tells it. */
  public enum Kind {
    STANDARD,
    INGRESS,
    EGRESS,
    SIP,
    AGENT,
    OTHER
  }

  /** True for people: at a browser or app, or at a telephone. */
  public boolean isHuman() {
    return kind == Kind.STANDARD || kind == Kind.SIP;
  }
}
