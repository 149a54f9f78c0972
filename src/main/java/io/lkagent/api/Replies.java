package io.lkagent.api;

import java.time.Instant;
import livekit.LivekitAgent;
import livekit.LivekitAgentDispatch;
import livekit.LivekitModels;

/** Turns the server's protobuf replies into records. */
final class Replies {
  private static final long NANOS = 1_000_000_000L;

  private Replies() {}

  static RoomInfo room(LivekitModels.Room room) {
    return new RoomInfo(
        room.getName(),
        room.getSid(),
        room.getMetadata(),
        room.getNumParticipants(),
        since(room.getCreationTimeMs(), room.getCreationTime()));
  }

  static ParticipantInfo participant(LivekitModels.ParticipantInfo participant) {
    return new ParticipantInfo(
        participant.getIdentity(),
        participant.getSid(),
        participant.getName(),
        kind(participant.getKind()),
        participant.getState() == LivekitModels.ParticipantInfo.State.ACTIVE,
        since(participant.getJoinedAtMs(), participant.getJoinedAt()),
        participant.getAttributesMap());
  }

  private static ParticipantInfo.Kind kind(LivekitModels.ParticipantInfo.Kind kind) {
    return switch (kind) {
      case STANDARD -> ParticipantInfo.Kind.HUMAN;
      case AGENT -> ParticipantInfo.Kind.AGENT;
      case INGRESS -> ParticipantInfo.Kind.INGRESS;
      case EGRESS -> ParticipantInfo.Kind.EGRESS;
      case SIP -> ParticipantInfo.Kind.SIP;
      case CONNECTOR -> ParticipantInfo.Kind.CONNECTOR;
      default -> ParticipantInfo.Kind.OTHER;
    };
  }

  static DispatchInfo dispatch(LivekitAgentDispatch.AgentDispatch dispatch) {
    return new DispatchInfo(
        dispatch.getId(),
        dispatch.getAgentName(),
        dispatch.getRoom(),
        dispatch.getMetadata(),
        nanos(dispatch.getState().getCreatedAt()),
        dispatch.getState().getJobsList().stream().map(Replies::job).toList());
  }

  private static JobInfo job(LivekitAgent.Job job) {
    LivekitAgent.JobState state = job.getState();
    String status = state.getStatus().name();
    return new JobInfo(
        job.getId(),
        status.startsWith("JS_") ? status.substring("JS_".length()) : status,
        state.getError(),
        state.getWorkerId(),
        state.getParticipantIdentity(),
        state.getStartedAt() == 0 ? null : nanos(state.getStartedAt()),
        state.getEndedAt() == 0 ? null : nanos(state.getEndedAt()));
  }

  private static Instant since(long millis, long seconds) {
    return millis > 0 ? Instant.ofEpochMilli(millis) : Instant.ofEpochSecond(seconds);
  }

  /** Dispatches and jobs carry nanoseconds, unlike all else. */
  private static Instant nanos(long nanos) {
    return Instant.ofEpochSecond(nanos / NANOS, nanos % NANOS);
  }
}
