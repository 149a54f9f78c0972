package io.lkagent.api;

import io.lkagent.protocol.Endpoint;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import livekit.LivekitAgentDispatch.AgentDispatch;
import livekit.LivekitAgentDispatch.CreateAgentDispatchRequest;
import livekit.LivekitAgentDispatch.DeleteAgentDispatchRequest;
import livekit.LivekitAgentDispatch.ListAgentDispatchRequest;
import livekit.LivekitAgentDispatch.ListAgentDispatchResponse;
import livekit.LivekitAgentDispatch.RoomAgentDispatch;
import livekit.LivekitModels;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.DeleteRoomRequest;
import livekit.LivekitRoom.DeleteRoomResponse;
import livekit.LivekitRoom.ListParticipantsRequest;
import livekit.LivekitRoom.ListParticipantsResponse;
import livekit.LivekitRoom.ListRoomsRequest;
import livekit.LivekitRoom.ListRoomsResponse;
import livekit.LivekitRoom.RemoveParticipantResponse;
import livekit.LivekitRoom.RoomParticipantIdentity;

/** Rooms, participants and dispatches of one server; every call has a deadline. */
public final class LiveKitApi implements AutoCloseable {
  private static final String ROOMS = "RoomService";
  private static final String DISPATCHES = "AgentDispatchService";

  private final Credentials credentials;
  private final Twirp twirp;

  /**
   * A client of the server at {@code endpoint}; nothing is connected yet.
   *
   * @param timeout for each call
   * @throws IOException when the endpoint's certificates cannot be read
   */
  public LiveKitApi(Endpoint endpoint, Credentials credentials, Duration timeout)
      throws IOException {
    this.credentials = credentials;
    this.twirp = new Twirp(endpoint, timeout);
  }

  /** The rooms of these names that exist, or all rooms when no name is given. */
  public List<RoomInfo> rooms(Collection<String> names) throws ApiException {
    return twirp
        .call(
            ROOMS,
            "ListRooms",
            Tokens.rooms(credentials),
            ListRoomsRequest.newBuilder().addAllNames(names).build(),
            ListRoomsResponse.parser())
        .getRoomsList()
        .stream()
        .map(LiveKitApi::room)
        .toList();
  }

  /**
   * Makes a room, or returns the one there is.
   *
   * @param emptyTimeout how long it stays when nobody joins; whole seconds, zero for the server's
   *     default
   * @param departureTimeout how long it stays when the last human has left; likewise
   */
  public RoomInfo createRoom(
      String name,
      String metadata,
      Duration emptyTimeout,
      Duration departureTimeout,
      List<AgentRequest> agents)
      throws ApiException {
    CreateRoomRequest.Builder request =
        CreateRoomRequest.newBuilder()
            .setName(name)
            .setMetadata(metadata)
            .setEmptyTimeout(Math.toIntExact(emptyTimeout.toSeconds()))
            .setDepartureTimeout(Math.toIntExact(departureTimeout.toSeconds()));
    for (AgentRequest agent : agents) {
      request.addAgents(
          RoomAgentDispatch.newBuilder()
              .setAgentName(agent.agentName())
              .setMetadata(agent.metadata()));
    }
    return room(
        twirp.call(
            ROOMS,
            "CreateRoom",
            Tokens.rooms(credentials),
            request.build(),
            LivekitModels.Room.parser()));
  }

  public void deleteRoom(String name) throws ApiException {
    twirp.call(
        ROOMS,
        "DeleteRoom",
        Tokens.rooms(credentials),
        DeleteRoomRequest.newBuilder().setRoom(name).build(),
        DeleteRoomResponse.parser());
  }

  public List<ParticipantInfo> participants(String room) throws ApiException {
    return twirp
        .call(
            ROOMS,
            "ListParticipants",
            Tokens.roomAdmin(credentials, room),
            ListParticipantsRequest.newBuilder().setRoom(room).build(),
            ListParticipantsResponse.parser())
        .getParticipantsList()
        .stream()
        .map(LiveKitApi::participant)
        .toList();
  }

  public void removeParticipant(String room, String identity) throws ApiException {
    twirp.call(
        ROOMS,
        "RemoveParticipant",
        Tokens.roomAdmin(credentials, room),
        RoomParticipantIdentity.newBuilder().setRoom(room).setIdentity(identity).build(),
        RemoveParticipantResponse.parser());
  }

  public DispatchInfo createDispatch(String room, String agentName, String metadata)
      throws ApiException {
    return dispatch(
        twirp.call(
            DISPATCHES,
            "CreateDispatch",
            Tokens.roomAdmin(credentials, room),
            CreateAgentDispatchRequest.newBuilder()
                .setRoom(room)
                .setAgentName(agentName)
                .setMetadata(metadata)
                .build(),
            AgentDispatch.parser()));
  }

  public List<DispatchInfo> dispatches(String room) throws ApiException {
    return twirp
        .call(
            DISPATCHES,
            "ListDispatch",
            Tokens.roomAdmin(credentials, room),
            ListAgentDispatchRequest.newBuilder().setRoom(room).build(),
            ListAgentDispatchResponse.parser())
        .getAgentDispatchesList()
        .stream()
        .map(LiveKitApi::dispatch)
        .toList();
  }

  public void deleteDispatch(String room, String id) throws ApiException {
    twirp.call(
        DISPATCHES,
        "DeleteDispatch",
        Tokens.roomAdmin(credentials, room),
        DeleteAgentDispatchRequest.newBuilder().setRoom(room).setDispatchId(id).build(),
        AgentDispatch.parser());
  }

  @Override
  public void close() {
    twirp.close();
  }

  private static RoomInfo room(LivekitModels.Room room) {
    return new RoomInfo(
        room.getName(),
        room.getSid(),
        room.getMetadata(),
        room.getNumParticipants(),
        Instant.ofEpochSecond(room.getCreationTime()));
  }

  private static ParticipantInfo participant(LivekitModels.ParticipantInfo info) {
    return new ParticipantInfo(
        info.getIdentity(),
        info.getSid(),
        info.getName(),
        switch (info.getKind()) {
          case AGENT -> ParticipantInfo.Kind.AGENT;
          case STANDARD, SIP, INGRESS -> ParticipantInfo.Kind.HUMAN;
          default -> ParticipantInfo.Kind.OTHER;
        },
        Instant.ofEpochSecond(info.getJoinedAt()),
        info.getAttributesMap());
  }

  private static DispatchInfo dispatch(AgentDispatch dispatch) {
    List<DispatchInfo.JobInfo> jobs =
        dispatch.getState().getJobsList().stream()
            .map(job ->
                new DispatchInfo.JobInfo(
                    job.getId(),
                    job.getState().getStatus().name(),
                    job.getState().getWorkerId(),
                    job.getState().getParticipantIdentity()))
            .toList();
    // created_at of a dispatch is in nanoseconds, unlike all other times of the API.
    return new DispatchInfo(
        dispatch.getId(),
        dispatch.getAgentName(),
        dispatch.getRoom(),
        dispatch.getMetadata(),
        Instant.ofEpochSecond(0, dispatch.getState().getCreatedAt()),
        jobs);
  }
}
