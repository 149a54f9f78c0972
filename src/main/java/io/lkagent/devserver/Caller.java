package io.lkagent.devserver;

import io.lkagent.json.Json;
import io.lkagent.json.JsonObject;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.ParticipantPermission;
import org.jspecify.annotations.Nullable;

/** Who a verified token speaks for, and what it allows. */
record Caller(String identity, JsonObject claims) {
  private JsonObject video() {
    return claims.object("video");
  }

  boolean agent() {
    return video().flag("agent", false);
  }

  boolean mayCreate() {
    return video().flag("roomCreate", false);
  }

  boolean mayList() {
    return video().flag("roomList", false);
  }

  boolean mayAdminister(String room) {
    return video().flag("roomAdmin", false) && video().string("room", "").equals(room);
  }

  /** The room that this token may join, or null when it may join none. */
  @Nullable String joinableRoom() {
    String room = video().string("room", "");
    return video().flag("roomJoin", false) && !room.isEmpty() && !identity.isEmpty() ? room : null;
  }

  /** The room's settings that the joining token brings along, as JSON. */
  String roomConfiguration() {
    return Json.write(claims.object("roomConfig"));
  }

  ParticipantInfo.Kind kind() {
    return switch (claims.string("kind", "")) {
      case "agent" -> ParticipantInfo.Kind.AGENT;
      case "egress" -> ParticipantInfo.Kind.EGRESS;
      case "ingress" -> ParticipantInfo.Kind.INGRESS;
      case "sip" -> ParticipantInfo.Kind.SIP;
      default -> ParticipantInfo.Kind.STANDARD;
    };
  }

  /** A participant that does not hold a room open and is not counted: an agent or a recorder. */
  boolean dependent() {
    ParticipantInfo.Kind kind = kind();
    return kind == ParticipantInfo.Kind.AGENT
        || kind == ParticipantInfo.Kind.EGRESS
        || agent()
        || video().flag("recorder", false);
  }

  /** What the participant may do; what the token does not say is allowed, but for hiding. */
  ParticipantPermission permission() {
    return ParticipantPermission.newBuilder()
        .setCanSubscribe(video().flag("canSubscribe", true))
        .setCanPublish(video().flag("canPublish", true))
        .setCanPublishData(video().flag("canPublishData", true))
        .setCanUpdateMetadata(video().flag("canUpdateOwnMetadata", false))
        .setHidden(video().flag("hidden", false))
        .build();
  }
}
