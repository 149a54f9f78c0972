package io.lkagent.devserver;

import com.google.protobuf.Message;
import io.lkagent.time.Time;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import livekit.LivekitAgentDispatch.AgentDispatch;
import livekit.LivekitAgentDispatch.CreateAgentDispatchRequest;
import livekit.LivekitAgentDispatch.DeleteAgentDispatchRequest;
import livekit.LivekitAgentDispatch.ListAgentDispatchRequest;
import livekit.LivekitAgentDispatch.ListAgentDispatchResponse;
import livekit.LivekitModels;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.DeleteRoomRequest;
import livekit.LivekitRoom.DeleteRoomResponse;
import livekit.LivekitRoom.ListParticipantsRequest;
import livekit.LivekitRoom.ListParticipantsResponse;
import livekit.LivekitRoom.ListRoomsRequest;
import livekit.LivekitRoom.ListRoomsResponse;
import livekit.LivekitRoom.RemoveParticipantResponse;
import livekit.LivekitRoom.RoomParticipantIdentity;
import livekit.LivekitRoom.UpdateRoomMetadataRequest;
import org.jspecify.annotations.Nullable;

/** The methods of the server API: who may call each, and what it does. */
final class TwirpService {
  private static final int MAX_ROOM_NAME_BYTES = 256;
  private static final String ROOMS = "livekit.RoomService/";
  private static final String DISPATCHES = "livekit.AgentDispatchService/";

  /** How long livekit-server waits for a room's node that does not exist. */
  private static final Duration NO_RESPONSE = Duration.ofSeconds(3);

  /** One method: its request's type, and what it does for a caller. */
  record Method(Message request, BiFunction<@Nullable Caller, Message, Message> call) {}

  private final ControlPlane plane;
  private final Time time;
  private final Map<String, Method> methods;

  TwirpService(ControlPlane plane, Time time) {
    this.plane = plane;
    this.time = time;
    this.methods =
        Map.of(
            ROOMS + "CreateRoom",
            method(CreateRoomRequest.getDefaultInstance(), r -> Caller::mayCreate, this::create),
            ROOMS + "ListRooms",
            method(ListRoomsRequest.getDefaultInstance(), r -> Caller::mayList, this::list),
            ROOMS + "DeleteRoom",
            method(DeleteRoomRequest.getDefaultInstance(), r -> Caller::mayCreate, this::delete),
            ROOMS + "ListParticipants",
            method(
                ListParticipantsRequest.getDefaultInstance(),
                r -> admin(r.getRoom()),
                this::participants),
            ROOMS + "GetParticipant",
            method(
                RoomParticipantIdentity.getDefaultInstance(),
                r -> admin(r.getRoom()),
                this::participant),
            ROOMS + "RemoveParticipant",
            method(
                RoomParticipantIdentity.getDefaultInstance(),
                r -> admin(r.getRoom()),
                this::removeParticipant),
            ROOMS + "UpdateRoomMetadata",
            method(
                UpdateRoomMetadataRequest.getDefaultInstance(),
                r -> admin(r.getRoom()),
                this::updateMetadata),
            DISPATCHES + "CreateDispatch",
            method(
                CreateAgentDispatchRequest.getDefaultInstance(),
                r -> admin(r.getRoom()),
                this::createDispatch),
            DISPATCHES + "DeleteDispatch",
            method(
                DeleteAgentDispatchRequest.getDefaultInstance(),
                r -> admin(r.getRoom()),
                this::deleteDispatch),
            DISPATCHES + "ListDispatch",
            method(
                ListAgentDispatchRequest.getDefaultInstance(),
                r -> admin(r.getRoom()),
                this::listDispatch));
  }

  /** The method of that path behind {@code /twirp/}, or null. */
  @Nullable Method find(String path) {
    return methods.get(path);
  }

  static boolean serves(String path) {
    return path.startsWith(ROOMS) || path.startsWith(DISPATCHES);
  }

  private static Predicate<Caller> admin(String room) {
    return caller -> caller.mayAdminister(room);
  }

  private static <Q extends Message> Method method(
      Q type, Function<Q, Predicate<Caller>> permission, Function<Q, Message> work) {
    return new Method(
        type,
        (caller, message) -> {
          // The parser that made the message is this type's own.
          @SuppressWarnings("unchecked")
          Q request = (Q) message;
          if (caller == null || !permission.apply(request).test(caller)) {
            throw TwirpError.permissionDenied();
          }
          return work.apply(request);
        });
  }

  private LivekitModels.Room create(CreateRoomRequest request) {
    if (request.getName().getBytes(StandardCharsets.UTF_8).length > MAX_ROOM_NAME_BYTES) {
      throw TwirpError.inner(
          TwirpError.Code.INVALID_ARGUMENT,
          "room name length exceeds limits: max length " + MAX_ROOM_NAME_BYTES);
    }
    return plane.owned(() -> plane.rooms().create(request).toProto());
  }

  private ListRoomsResponse list(ListRoomsRequest request) {
    List<String> names = request.getNamesList();
    return plane.owned(() -> {
      ListRoomsResponse.Builder rooms = ListRoomsResponse.newBuilder();
      for (Room room : plane.rooms().all()) {
        if (names.isEmpty() || names.contains(room.name())) {
          rooms.addRooms(room.toProto());
        }
      }
      return rooms.build();
    });
  }

  private DeleteRoomResponse delete(DeleteRoomRequest request) {
    plane.run(() -> plane.rooms().close(existing(request.getRoom()), "deleted"));
    return DeleteRoomResponse.getDefaultInstance();
  }

  private Room existing(String name) {
    Room room = plane.rooms().find(name);
    if (room == null) {
      throw TwirpError.roomNotFound();
    }
    return room;
  }

  private ListParticipantsResponse participants(ListParticipantsRequest request) {
    return plane.owned(() -> {
      ListParticipantsResponse.Builder all = ListParticipantsResponse.newBuilder();
      Room room = plane.rooms().find(request.getRoom());
      if (room != null) {
        room.participants().values().forEach(one -> all.addParticipants(one.info()));
      }
      return all.build();
    });
  }

  private ParticipantInfo participant(RoomParticipantIdentity request) {
    return plane.owned(() -> present(request).info());
  }

  private Participant present(RoomParticipantIdentity request) {
    Room room = plane.rooms().find(request.getRoom());
    Participant participant = room == null ? null : room.participants().get(request.getIdentity());
    if (participant == null) {
      throw TwirpError.participantNotFound();
    }
    return participant;
  }

  private RemoveParticipantResponse removeParticipant(RoomParticipantIdentity request) {
    plane.run(() -> {
      Participant participant = present(request);
      plane.rooms().remove(existing(request.getRoom()), participant);
    });
    return RemoveParticipantResponse.getDefaultInstance();
  }

  private LivekitModels.Room updateMetadata(UpdateRoomMetadataRequest request) {
    return plane.owned(() -> {
      Room room = existing(request.getRoom());
      room.metadata(request.getMetadata());
      return room.toProto();
    });
  }

  private AgentDispatch createDispatch(CreateAgentDispatchRequest request) {
    try {
      NewerFields.checkDeployment(NewerFields.deployment(request, NewerFields.CREATE_DISPATCH));
    } catch (IllegalArgumentException e) {
      throw TwirpError.inner(TwirpError.Code.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
    }
    AgentDispatch.Builder dispatch =
        AgentDispatch.newBuilder()
            .setAgentName(request.getAgentName())
            .setMetadata(request.getMetadata())
            .setRestartPolicyValue(request.getRestartPolicyValue());
    return plane.owned(() -> {
      // Unlike CreateRoom, livekit-server does not look at the name's length here.
      CreateRoomRequest implied = CreateRoomRequest.newBuilder().setName(request.getRoom()).build();
      Room room = plane.rooms().create(implied);
      return plane.rooms().dispatch(room, dispatch, request, NewerFields.CREATE_DISPATCH).toProto();
    });
  }

  private AgentDispatch deleteDispatch(DeleteAgentDispatchRequest request) {
    awaitRoom(request.getRoom());
    return plane.owned(() -> {
      Room room = plane.rooms().find(request.getRoom());
      Dispatch deleted =
          room == null ? null : plane.rooms().deleteDispatch(room, request.getDispatchId());
      if (deleted == null) {
        throw TwirpError.inner(TwirpError.Code.NOT_FOUND, "dispatch ID not found");
      }
      return deleted.toProto();
    });
  }

  private ListAgentDispatchResponse listDispatch(ListAgentDispatchRequest request) {
    awaitRoom(request.getRoom());
    String id = request.getDispatchId();
    return plane.owned(() -> {
      ListAgentDispatchResponse.Builder list = ListAgentDispatchResponse.newBuilder();
      Room room = plane.rooms().find(request.getRoom());
      if (room != null) {
        for (Dispatch dispatch : room.dispatches().values()) {
          if (id.isEmpty() || id.equals(dispatch.request().getId())) {
            list.addAgentDispatches(dispatch.toProto());
          }
        }
      }
      return list.build();
    });
  }

  /** Fails as livekit-server does when no node serves the room: it does not say "not found". */
  private void awaitRoom(String name) {
    if (plane.owned(() -> plane.rooms().find(name)) == null) {
      if (plane.config().copyServerDelays()) {
        time.sleep(NO_RESPONSE);
      }
      throw TwirpError.noResponse();
    }
  }
}
