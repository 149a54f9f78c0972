package io.lkagent.runner;

import io.lkagent.json.Json;
import io.lkagent.json.JsonObject;
import io.lkagent.sdk.DataMessage;
import io.lkagent.sdk.Participant;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** What the frames of a dev server say, as the SDK's types. */
final class DevFrames {
  private DevFrames() {}

  /** Tells of those that a welcome names: who was in the room already. */
  static void others(JsonObject welcome, RoomConnector.Events events) {
    if (welcome.values().get("participants") instanceof List<?> others) {
      for (Object other : others) {
        if (other instanceof Map<?, ?>) {
          events.joined(participant(Json.parseObject(Json.write(other))));
        }
      }
    }
  }

  static Participant participant(JsonObject of) {
    return new Participant(
        of.string("identity"), of.string("sid", ""), of.string("name", ""), kind(of));
  }

  private static Participant.Kind kind(JsonObject of) {
    for (Participant.Kind kind : Participant.Kind.values()) {
      if (kind.name().equals(of.string("kind", "STANDARD"))) {
        return kind;
      }
    }
    return Participant.Kind.OTHER;
  }

  static DataMessage data(JsonObject frame) {
    return new DataMessage(
        frame.string("from", ""),
        frame.string("topic", ""),
        frame.string("payload", "").getBytes(StandardCharsets.UTF_8));
  }
}
