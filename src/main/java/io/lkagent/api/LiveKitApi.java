package io.lkagent.api;

import io.lkagent.protocol.Endpoint;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import livekit.LivekitAgentDispatch;
import livekit.LivekitModels;
import livekit.LivekitRoom;

/**
 * The rooms, participants and dispatches of one LiveKit server. Each call ends within the timeout;
 * several threads may call at once.
 */
public final class LiveKitApi implements AutoCloseable {
  private final Credentials credentials;
  private final Twirp twirp;

  /**
   * @throws ApiException when the endpoint's certificates cannot be read
   */
  public LiveKitApi(Endpoint endpoint, Credentials credentials, Duration timeout)
      throws ApiException {
    this.credentials = credentials;
    this.twirp = new Twirp(endpoint, timeout);
  }

  /** The rooms of these names, or all when there are none; a missing room is not among them. */
  public List<RoomInfo> rooms(Collection<String> names) throws ApiException {
    return twirp
        .call(
            "RoomService/ListRooms",
            Tokens.admin(credentials, null),
            LivekitRoom.ListRoomsRequest.newBuilder().addAllNames(names).build(),
            LivekitRoom.ListRoomsResponse.parser())
        .getRoomsList()
        .stream()
        .map(Replies::room)
        .toList();
  }

  /**
   * Makes a room, or finds the one of this name (which then keeps what it was made with).
   *
   * @param emptyTimeout how long it lives before anyone joins; zero means the server's default
   * @param departureTimeout how long it lives after the last one left; zero as above
   */
  public RoomInfo createRoom(
      String name,
      String metadata,
      Duration emptyTimeout,
      Duration departureTimeout,
      List<AgentRequest> agents)
      throws ApiException {
    LivekitRoom.CreateRoomRequest.Builder request =
        LivekitRoom.CreateRoomRequest.newBuilder()
            .setName(name)
            .setMetadata(metadata)
            .setEmptyTimeout((int) emptyTimeout.toSeconds())
            .setDepartureTimeout((int) departureTimeout.toSeconds());
    for (AgentRequest agent : agents) {
      request.addAgents(
          LivekitAgentDispatch.RoomAgentDispatch.newBuilder()
              .setAgentName(agent.agentName())
              .setMetadata(agent.metadata()));
    }
    return Replies.room(
        twirp.call(
            "RoomService/CreateRoom",
            Tokens.admin(credentials, name),
            request.build(),
            LivekitModels.Room.parser()));
  }

  /** Ends a room and puts everyone out of it. */
  public void deleteRoom(String room) throws ApiException {
    twirp.call(
        "RoomService/DeleteRoom",
        Tokens.admin(credentials, room),
        LivekitRoom.DeleteRoomRequest.newBuilder().setRoom(room).build(),
        LivekitRoom.DeleteRoomResponse.parser());
  }

  public List<ParticipantInfo> participants(String room) throws ApiException {
    return twirp
        .call(
            "RoomService/ListParticipants",
            Tokens.admin(credentials, room),
            LivekitRoom.ListParticipantsRequest.newBuilder().setRoom(room).build(),
            LivekitRoom.ListParticipantsResponse.parser())
        .getParticipantsList()
        .stream()
        .map(Replies::participant)
        .toList();
  }

  public void removeParticipant(String room, String identity) throws ApiException {
    twirp.call(
        "RoomService/RemoveParticipant",
        Tokens.admin(credentials, room),
        LivekitRoom.RoomParticipantIdentity.newBuilder()
            .setRoom(room)
            .setIdentity(identity)
            .build(),
        LivekitRoom.RemoveParticipantResponse.parser());
  }

  /** Asks for an agent; the answer says only that the server knows, not that one comes. */
  public DispatchInfo createDispatch(String room, String agentName, String metadata)
      throws ApiException {
    return Replies.dispatch(
        twirp.call(
            "AgentDispatchService/CreateDispatch",
            Tokens.admin(credentials, room),
            LivekitAgentDispatch.CreateAgentDispatchRequest.newBuilder()
                .setRoom(room)
                .setAgentName(agentName)
                .setMetadata(metadata)
                .build(),
            LivekitAgentDispatch.AgentDispatch.parser()));
  }

  /** The dispatches of a room; a missing room costs seconds, so ask {@link #rooms} first. */
  public List<DispatchInfo> dispatches(String room) throws ApiException {
    return twirp
        .call(
            "AgentDispatchService/ListDispatch",
            Tokens.admin(credentials, room),
            LivekitAgentDispatch.ListAgentDispatchRequest.newBuilder().setRoom(room).build(),
            LivekitAgentDispatch.ListAgentDispatchResponse.parser())
        .getAgentDispatchesList()
        .stream()
        .map(Replies::dispatch)
        .toList();
  }

  /** Ends a dispatch and the jobs that came of it. */
  public void deleteDispatch(String room, String id) throws ApiException {
    twirp.call(
        "AgentDispatchService/DeleteDispatch",
        Tokens.admin(credentials, room),
        LivekitAgentDispatch.DeleteAgentDispatchRequest.newBuilder()
            .setRoom(room)
            .setDispatchId(id)
            .build(),
        LivekitAgentDispatch.AgentDispatch.parser());
  }

  @Override
  public void close() {
    twirp.close();
  }
}
