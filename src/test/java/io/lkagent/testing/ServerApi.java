package io.lkagent.testing;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import livekit.LivekitAgent.Job;
import livekit.LivekitAgentDispatch.AgentDispatch;
import livekit.LivekitAgentDispatch.CreateAgentDispatchRequest;
import livekit.LivekitAgentDispatch.DeleteAgentDispatchRequest;
import livekit.LivekitAgentDispatch.ListAgentDispatchRequest;
import livekit.LivekitAgentDispatch.ListAgentDispatchResponse;
import livekit.LivekitAgentDispatch.RoomAgentDispatch;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.DeleteRoomRequest;
import livekit.LivekitRoom.DeleteRoomResponse;
import livekit.LivekitRoom.ListParticipantsRequest;
import livekit.LivekitRoom.ListParticipantsResponse;
import livekit.LivekitRoom.ListRoomsRequest;
import livekit.LivekitRoom.ListRoomsResponse;
import livekit.LivekitRoom.RemoveParticipantResponse;
import livekit.LivekitRoom.RoomParticipantIdentity;

/** The server API as raw Twirp, with no client library in between. */
public final class ServerApi {
  /** An answer that is an error. */
  public static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int status;

    Refused(int status, String body) {
      super(status + " " + body);
      this.status = status;
    }

    public int status() {
      return status;
    }
  }

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final ServerUnderTest server;

  public ServerApi(ServerUnderTest server) {
    this.server = server;
  }

  /** Posts to {@code path} as {@code token} and hands the answer back, whatever it is. */
  public HttpResponse<byte[]> post(String path, String token, String contentType, byte[] body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.url().replaceFirst("ws", "http") + path))
            .timeout(LIMIT)
            .header("Content-Type", contentType)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    try {
      return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new AssertionError("no answer from " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private <T extends Message> T call(String path, String room, Message request, Parser<T> answer) {
    HttpResponse<byte[]> response =
        post(
            "/twirp/livekit." + path,
            TestTokens.admin(server, room),
            "application/protobuf",
            request.toByteArray());
    if (response.statusCode() != 200) {
      throw new Refused(response.statusCode(), new String(response.body(), StandardCharsets.UTF_8));
    }
    try {
      return answer.parseFrom(response.body());
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(path + " answered something else", e);
    }
  }

  /** Creates a room, with these agents in the request. */
  public Room createRoom(String name, String... agents) {
    CreateRoomRequest.Builder request = CreateRoomRequest.newBuilder().setName(name);
    for (String agent : agents) {
      request.addAgents(RoomAgentDispatch.newBuilder().setAgentName(agent).setMetadata("of room"));
    }
    return createRoom(request.build());
  }

  public Room createRoom(CreateRoomRequest request) {
    return call("RoomService/CreateRoom", request.getName(), request, Room.parser());
  }

  public List<Room> rooms() {
    return call(
            "RoomService/ListRooms",
            "",
            ListRoomsRequest.getDefaultInstance(),
            ListRoomsResponse.parser())
        .getRoomsList();
  }

  public void deleteRoom(String name) {
    DeleteRoomRequest request = DeleteRoomRequest.newBuilder().setRoom(name).build();
    call("RoomService/DeleteRoom", name, request, DeleteRoomResponse.parser());
  }

  public List<ParticipantInfo> participants(String room) {
    ListParticipantsRequest request = ListParticipantsRequest.newBuilder().setRoom(room).build();
    return call("RoomService/ListParticipants", room, request, ListParticipantsResponse.parser())
        .getParticipantsList();
  }

  public void removeParticipant(String room, String identity) {
    RoomParticipantIdentity request =
        RoomParticipantIdentity.newBuilder().setRoom(room).setIdentity(identity).build();
    call("RoomService/RemoveParticipant", room, request, RemoveParticipantResponse.parser());
  }

  public AgentDispatch createDispatch(String room, String agent, String metadata) {
    CreateAgentDispatchRequest request =
        CreateAgentDispatchRequest.newBuilder()
            .setRoom(room)
            .setAgentName(agent)
            .setMetadata(metadata)
            .build();
    return call("AgentDispatchService/CreateDispatch", room, request, AgentDispatch.parser());
  }

  public void deleteDispatch(String room, String id) {
    DeleteAgentDispatchRequest request =
        DeleteAgentDispatchRequest.newBuilder().setRoom(room).setDispatchId(id).build();
    call("AgentDispatchService/DeleteDispatch", room, request, AgentDispatch.parser());
  }

  public List<AgentDispatch> dispatches(String room) {
    ListAgentDispatchRequest request = ListAgentDispatchRequest.newBuilder().setRoom(room).build();
    return call(
            "AgentDispatchService/ListDispatch", room, request, ListAgentDispatchResponse.parser())
        .getAgentDispatchesList();
  }

  /** The jobs of all dispatches of a room. */
  public List<Job> jobs(String room) {
    return dispatches(room).stream()
        .flatMap(dispatch -> dispatch.getState().getJobsList().stream())
        .toList();
  }
}
