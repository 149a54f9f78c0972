package io.lkagent.devserver;

import io.lkagent.json.Json;
import java.util.Map;
import livekit.LivekitModels.ParticipantInfo;
import org.jspecify.annotations.Nullable;

/**
 * Somebody in a room, for as long as the connection is open.
 *
 * @param dependent true for one that neither holds a room open nor is counted
 */
record Participant(ParticipantInfo info, boolean dependent, Link link) {
  /** The participant's connection. */
  interface Link {
    void tell(Map<String, @Nullable Object> message);

    /** Says goodbye behind everything that was told. */
    void close();

    void cut();
  }

  String identity() {
    return info.getIdentity();
  }

  /** True for the same connection; another one of the same identity is another participant. */
  boolean is(Participant other) {
    return info.getSid().equals(other.info().getSid());
  }

  boolean hidden() {
    return info.getPermission().getHidden();
  }

  Map<String, @Nullable Object> toJson() {
    return Json.object(
        "identity",
        info.getIdentity(),
        "sid",
        info.getSid(),
        "kind",
        info.getKind().name(),
        "name",
        info.getName());
  }
}
