package io.lkagent.devserver;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.helidon.webserver.CloseConnectionException;
import io.lkagent.json.Json;
import io.lkagent.json.JsonException;
import io.lkagent.json.JsonObject;
import io.lkagent.log.Log;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Future;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRoom.CreateRoomRequest;
import org.jspecify.annotations.Nullable;

/**
 * One participant's WebSocket on {@code /dev/join}, in place of a media connection: the participant
 * is in the room exactly while it is open.
 */
final class JoinSession implements WebSocketHandler, Participant.Link {
  private static final Log log = Log.of(JoinSession.class);
  private static final Duration PING_EVERY = Duration.ofSeconds(10);

  private final ControlPlane plane;
  private final Caller caller;
  private final String roomName;
  private final Time time;
  private @Nullable WebSocketLink link;
  private @Nullable Room room;
  private @Nullable Participant self;
  private @Nullable Future<?> pings;

  JoinSession(ControlPlane plane, Caller caller, String roomName, Time time) {
    this.plane = plane;
    this.caller = caller;
    this.roomName = roomName;
    this.time = time;
  }

  @Override
  public void opened(WebSocketLink opened) {
    link = opened;
    pings = plane.timers().every(PING_EVERY, opened::ping);
    plane.run(this::join);
  }

  private void join() {
    Room joined = plane.rooms().create(roomRequest());
    Participant participant = new Participant(info(), caller.dependent(), this);
    if (plane.rooms().full(joined, caller.dependent())) {
      tell(Json.object("type", "error", "message", "the room has its maximum of participants"));
      close();
      return;
    }
    room = joined;
    self = participant;
    plane.rooms().join(joined, participant);
  }

  private CreateRoomRequest roomRequest() {
    CreateRoomRequest.Builder request = CreateRoomRequest.newBuilder();
    try {
      JsonFormat.parser().ignoringUnknownFields().merge(caller.roomConfiguration(), request);
    } catch (InvalidProtocolBufferException e) {
      log.warn("the token's room configuration is ignored", "error", e.getMessage());
      request.clear();
    }
    return request.setName(roomName).build();
  }

  private ParticipantInfo info() {
    ParticipantInfo.Builder info =
        ParticipantInfo.newBuilder()
            .setSid(ServerIds.next(ServerIds.PARTICIPANT))
            .setIdentity(caller.identity())
            .setName(caller.claims().string("name", ""))
            .setMetadata(caller.claims().string("metadata", ""))
            .setState(ParticipantInfo.State.ACTIVE)
            .setJoinedAt(time.wall().getEpochSecond())
            .setJoinedAtMs(time.wall().toEpochMilli())
            .setPermission(caller.permission())
            .setKind(caller.kind());
    try {
      info.putAllAttributes(caller.claims().strings("attributes"));
    } catch (JsonException e) {
      log.warn("the token's attributes are ignored", "error", e.getMessage());
    }
    return info.build();
  }

  @Override
  public void text(String message) {
    try {
      JsonObject said = Json.parseObject(message);
      switch (said.string("type")) {
        case "data" -> data(said);
        case "leave" -> {
          leave();
          close();
        }
        default -> complain("unknown type \"" + said.string("type") + "\"");
      }
    } catch (JsonException e) {
      complain(String.valueOf(e.getMessage()));
    }
  }

  private void data(JsonObject said) {
    Map<String, @Nullable Object> forwarded =
        Json.object(
            "type",
            "data",
            "from",
            caller.identity(),
            "payload",
            said.string("payload"),
            "topic",
            said.string("topic", ""));
    Room in = room;
    Participant sender = self;
    if (in != null && sender != null) {
      plane.run(() -> {
        Participant present = in.participants().get(sender.identity());
        if (present != null && present.is(sender)) {
          plane.rooms().tellOthers(in, sender, forwarded);
        }
      });
    }
  }

  private void complain(String what) {
    tell(Json.object("type", "error", "message", what));
  }

  @Override
  public void binary(byte[] message) {
    throw new CloseConnectionException("/dev/join takes text frames only");
  }

  @Override
  public void gone() {
    if (pings != null) {
      pings.cancel(false);
    }
    leave();
  }

  private void leave() {
    Room in = room;
    Participant participant = self;
    if (in != null && participant != null) {
      plane.run(() -> plane.rooms().leave(in, participant));
    }
  }

  @Override
  public void tell(Map<String, @Nullable Object> message) {
    if (link != null) {
      link.send(Json.write(message), Duration.ZERO);
    }
  }

  @Override
  public void close() {
    if (link != null) {
      link.closeNormally();
    }
  }

  @Override
  public void cut() {
    if (link != null) {
      link.cut();
    }
  }
}
