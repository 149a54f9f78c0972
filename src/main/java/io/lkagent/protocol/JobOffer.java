package io.lkagent.protocol;

import java.util.Map;

/**
 * A job as the server offers and assigns it.
 *
 * @param type {@code ROOM}, {@code PUBLISHER} or {@code PARTICIPANT}
 */
public record JobOffer(
    String id,
    String dispatchId,
    String agentName,
    String metadata,
    Map<String, String> attributes,
    RoomRef room,
    String type) {
  public JobOffer {
    attributes = Map.copyOf(attributes);
  }
}
