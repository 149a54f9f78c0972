package io.lkagent.devserver;

import com.google.protobuf.Message;
import io.lkagent.json.Json;
import io.lkagent.log.Log;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import livekit.LivekitAgent.Job;
import livekit.LivekitAgent.JobState;
import livekit.LivekitAgent.JobType;
import livekit.LivekitAgentDispatch.AgentDispatch;
import livekit.LivekitAgentDispatch.AgentDispatchState;
import livekit.LivekitAgentDispatch.RoomAgentDispatch;
import livekit.LivekitRoom.CreateRoomRequest;
import org.jspecify.annotations.Nullable;

/** The rooms, their dispatches and participants; called with the control plane's lock held. */
final class Rooms {
  private static final Log log = Log.of(Rooms.class);

  /** How long an agent whose dispatch was deleted may take to leave by itself. */
  private static final Duration AGENT_LEAVES = Duration.ofSeconds(3);

  private final ControlPlane plane;
  private final Time time;
  private final Workers workers;
  private final Map<String, Room> byName = new LinkedHashMap<>();

  Rooms(ControlPlane plane, Time time, Workers workers) {
    this.plane = plane;
    this.time = time;
    this.workers = workers;
  }

  Collection<Room> all() {
    plane.assertOwned();
    return byName.values();
  }

  @Nullable Room find(String name) {
    plane.assertOwned();
    return byName.get(name);
  }

  /** The room of that name; a new one when there is none. One that exists stays as it is. */
  Room create(CreateRoomRequest request) {
    plane.assertOwned();
    Room existing = byName.get(request.getName());
    if (existing != null) {
      return existing;
    }
    CreateRoomRequest.Builder settings = request.toBuilder();
    if (settings.getEmptyTimeout() == 0) {
      settings.setEmptyTimeout((int) plane.config().emptyTimeout().toSeconds());
    }
    if (settings.getDepartureTimeout() == 0) {
      settings.setDepartureTimeout((int) plane.config().departureTimeout().toSeconds());
    }
    Room room = new Room(settings.build(), time.wall());
    byName.put(room.name(), room);
    log.info("room created", "room_name", room.name(), "room_sid", room.sid());
    planClosing(room);
    List<RoomAgentDispatch> agents =
        request.getAgentsCount() == 0
            ? List.of(RoomAgentDispatch.getDefaultInstance())
            : request.getAgentsList();
    agents.forEach(agent -> dispatchFromRoom(room, agent));
    return room;
  }

  private void dispatchFromRoom(Room room, RoomAgentDispatch agent) {
    try {
      NewerFields.checkDeployment(NewerFields.deployment(agent, NewerFields.ROOM_AGENT));
    } catch (IllegalArgumentException e) {
      log.warn("room agent ignored", "room_name", room.name(), "error", e.getMessage());
      return;
    }
    AgentDispatch.Builder dispatch =
        AgentDispatch.newBuilder()
            .setAgentName(agent.getAgentName())
            .setMetadata(agent.getMetadata())
            .setRestartPolicyValue(agent.getRestartPolicyValue());
    dispatch(room, dispatch, agent, NewerFields.ROOM_AGENT);
  }

  /** Adds a dispatch to a room and asks the workers that are there now. */
  Dispatch dispatch(
      Room room, AgentDispatch.Builder request, Message source, NewerFields.Numbers numbers) {
    plane.assertOwned();
    NewerFields.copy(source, numbers, request, NewerFields.DISPATCH);
    request
        .setId(ServerIds.next(ServerIds.DISPATCH))
        .setRoom(room.name())
        .setState(AgentDispatchState.newBuilder().setCreatedAt(workers.wallNanos()));
    Dispatch dispatch = new Dispatch(request.build());
    room.dispatches().put(dispatch.request().getId(), dispatch);
    plane.launcher().launch(room, dispatch, JobType.JT_ROOM, null);
    for (Participant participant : room.participants().values()) {
      launchFor(room, dispatch, participant);
    }
    return dispatch;
  }

  private void launchFor(Room room, Dispatch dispatch, Participant participant) {
    boolean wanted = !workers.names(JobType.JT_PARTICIPANT).agentNames().isEmpty();
    if (wanted && !participant.dependent()) {
      plane.launcher().launch(room, dispatch, JobType.JT_PARTICIPANT, participant.info());
    }
  }

  /** A dispatch's request to the workers is over; {@code jobs} came of it. */
  void launched(Room room, Dispatch dispatch, List<Job> jobs) {
    plane.assertOwned();
    for (Job job : jobs) {
      dispatch.jobs().add(job);
      String identity = job.getState().getParticipantIdentity();
      if (!identity.isEmpty()) {
        room.jobsByIdentity().put(identity, job.getId());
      }
    }
    dispatch.launchEnds();
    if (dispatch.mustEndJobs()) {
      endJobs(room, dispatch);
    }
  }

  /** Removes a dispatch and ends its jobs; null when the room has none of that id. */
  @Nullable Dispatch deleteDispatch(Room room, String id) {
    plane.assertOwned();
    Dispatch dispatch = room.dispatches().remove(id);
    if (dispatch != null) {
      dispatch.delete();
      if (dispatch.mustEndJobs()) {
        endJobs(room, dispatch);
      }
    }
    return dispatch;
  }

  private void endJobs(Room room, Dispatch dispatch) {
    for (Job job : dispatch.jobs()) {
      JobState state = workers.terminate(job.getId(), Workers.Termination.REQUESTED);
      String identity = state == null ? "" : state.getParticipantIdentity();
      Participant agent = room.participants().get(identity);
      if (agent != null) {
        var _ = plane.after(AGENT_LEAVES, () -> remove(room, agent));
      }
    }
  }

  /** Takes a participant in; an earlier one of the same identity makes room. */
  void join(Room room, Participant participant) {
    plane.assertOwned();
    Participant earlier = room.participants().get(participant.identity());
    if (earlier != null) {
      remove(room, earlier);
    }
    List<Map<String, @Nullable Object>> others = new ArrayList<>();
    for (Participant other : room.participants().values()) {
      if (!other.hidden()) {
        others.add(other.toJson());
      }
    }
    if (!participant.dependent()) {
      room.noteJoined();
    }
    room.participants().put(participant.identity(), participant);
    planClosing(room);
    participant
        .link()
        .tell(
            Json.object(
                "type",
                "joined",
                "room",
                Json.object("name", room.name(), "sid", room.sid(), "metadata", room.metadata()),
                "participant",
                participant.toJson(),
                "participants",
                others));
    if (!participant.hidden()) {
      tellOthers(
          room,
          participant,
          Json.object("type", "participant_joined", "participant", participant.toJson()));
    }
    room.dispatches().values().forEach(dispatch -> launchFor(room, dispatch, participant));
  }

  /** True when no more participants may join. */
  boolean full(Room room, boolean dependent) {
    int limit = room.settings().getMaxParticipants();
    return limit > 0 && !dependent && room.counted() >= limit;
  }

  /** Takes a participant out whose connection has ended, unless another one replaced it. */
  void leave(Room room, Participant participant) {
    plane.assertOwned();
    if (!room.participants().remove(participant.identity(), participant)) {
      return;
    }
    endJobOf(room, participant);
    room.noteLeft(time.nanos());
    if (!participant.hidden()) {
      tellOthers(
          room,
          participant,
          Json.object("type", "participant_left", "participant", participant.toJson()));
    }
    planClosing(room);
  }

  /** Sends a participant away. */
  void remove(Room room, Participant participant) {
    plane.assertOwned();
    leave(room, participant);
    participant.link().tell(Json.object("type", "removed"));
    participant.link().close();
  }

  /** Closes a room: its participants are sent away, and their agents' jobs end. */
  void close(Room room, String reason) {
    plane.assertOwned();
    if (room.closed()) {
      return;
    }
    room.close();
    byName.remove(room.name(), room);
    log.info("room closed", "room_name", room.name(), "room_sid", room.sid(), "reason", reason);
    List<Participant> present = List.copyOf(room.participants().values());
    room.participants().clear();
    for (Participant participant : present) {
      endJobOf(room, participant);
      participant.link().tell(Json.object("type", "room_closed"));
      participant.link().close();
    }
  }

  private void endJobOf(Room room, Participant participant) {
    String job = room.jobsByIdentity().remove(participant.identity());
    if (job != null) {
      workers.terminate(job, Workers.Termination.AGENT_LEFT);
    }
  }

  void tellOthers(Room room, Participant sender, Map<String, @Nullable Object> message) {
    plane.assertOwned();
    for (Participant other : room.participants().values()) {
      if (!other.is(sender)) {
        other.link().tell(message);
      }
    }
  }

  private void planClosing(Room room) {
    if (room.closed() || room.counted() > 0) {
      room.closeLater(null);
      return;
    }
    if (room.wasUsed()) {
      Duration timeout = Duration.ofSeconds(room.settings().getDepartureTimeout());
      Duration left = timeout.minusNanos(time.nanos() - room.lastLeft());
      room.closeLater(plane.after(left, () -> close(room, "departure timeout")));
    } else {
      Duration timeout = Duration.ofSeconds(room.settings().getEmptyTimeout());
      Duration left = timeout.minus(Duration.between(room.created(), time.wall()));
      room.closeLater(plane.after(left, () -> close(room, "empty timeout")));
    }
  }
}
