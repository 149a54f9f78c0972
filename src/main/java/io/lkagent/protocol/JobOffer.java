package io.lkagent.protocol;

import java.nio.ByteBuffer;
import java.util.Map;

/**
 * A job as the server offers and assigns it.
 *
 * @param type {@code ROOM}, {@code PUBLISHER} or {@code PARTICIPANT}
 * @param message the whole {@code livekit.Job}, for those who read what is not named here
 */
public record JobOffer(
    String id,
    String dispatchId,
    String agentName,
    String metadata,
    Map<String, String> attributes,
    RoomRef room,
    String type,
    ByteBuffer message) {
  public JobOffer {
    attributes = Map.copyOf(attributes);
    message = message.asReadOnlyBuffer();
  }

  /** A copy of the whole message. */
  public byte[] messageBytes() {
    byte[] bytes = new byte[message.remaining()];
    message.duplicate().get(bytes);
    return bytes;
  }

  /** Without the message, which holds all of it once more. */
  @Override
  public String toString() {
    return "JobOffer[" + id + ", dispatch " + dispatchId + ", " + room + "]";
  }
}
