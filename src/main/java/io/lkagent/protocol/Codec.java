package io.lkagent.protocol;

import com.google.protobuf.InvalidProtocolBufferException;
import livekit.LivekitAgent;
import livekit.LivekitModels;
import org.jspecify.annotations.Nullable;

/** Turns signals into LiveKit's protobuf messages and back. */
final class Codec {
  private Codec() {}

  static byte[] register(Registration registration) {
    return LivekitAgent.WorkerMessage.newBuilder()
        .setRegister(
            LivekitAgent.RegisterWorkerRequest.newBuilder()
                .setType(LivekitAgent.JobType.JT_ROOM)
                .setAgentName(registration.agentName())
                .setVersion(registration.version())
                .setPingInterval((int) Math.max(1, registration.pingInterval().toSeconds()))
                .setAllowedPermissions(
                    LivekitModels.ParticipantPermission.newBuilder()
                        .setCanPublish(registration.canPublish())
                        .setCanSubscribe(registration.canSubscribe())
                        .setCanPublishData(registration.canPublishData())
                        .setCanUpdateMetadata(registration.canUpdateMetadata())
                        .setHidden(registration.hidden())))
        .build()
        .toByteArray();
  }

  static byte[] encode(WorkerSignal signal) {
    LivekitAgent.WorkerMessage.Builder message = LivekitAgent.WorkerMessage.newBuilder();
    switch (signal) {
      case WorkerSignal.UpdateWorker update -> message.setUpdateWorker(status(update));
      case WorkerSignal.Answer answer -> message.setAvailability(availability(answer));
      case WorkerSignal.UpdateJob update ->
          message.setUpdateJob(
              LivekitAgent.UpdateJobStatus.newBuilder()
                  .setJobId(update.jobId())
                  .setStatus(status(update.result()))
                  .setError(update.error()));
      case WorkerSignal.StillRunning(var jobIds) ->
          message.setMigrateJob(LivekitAgent.MigrateJobRequest.newBuilder().addAllJobIds(jobIds));
      case WorkerSignal.Ping ping ->
          message.setPing(LivekitAgent.WorkerPing.newBuilder().setTimestamp(ping.timestamp()));
    }
    return message.build().toByteArray();
  }

  private static LivekitAgent.UpdateWorkerStatus.Builder status(WorkerSignal.UpdateWorker update) {
    return LivekitAgent.UpdateWorkerStatus.newBuilder()
        .setStatus(
            update.available()
                ? LivekitAgent.WorkerStatus.WS_AVAILABLE
                : LivekitAgent.WorkerStatus.WS_FULL)
        .setLoad(update.load())
        .setJobCount(update.jobs());
  }

  private static LivekitAgent.AvailabilityResponse.Builder availability(
      WorkerSignal.Answer answer) {
    LivekitAgent.AvailabilityResponse.Builder response =
        LivekitAgent.AvailabilityResponse.newBuilder().setJobId(answer.jobId());
    return switch (answer) {
      case WorkerSignal.Accept accept ->
          response
              .setAvailable(true)
              .setParticipantIdentity(accept.identity())
              .setParticipantName(accept.name())
              .setParticipantMetadata(accept.metadata())
              .putAllParticipantAttributes(accept.attributes());
      case WorkerSignal.Decline _ -> response.setAvailable(false);
      case WorkerSignal.Terminate _ -> response.setAvailable(false).setTerminate(true);
    };
  }

  private static LivekitAgent.JobStatus status(WorkerSignal.JobResult result) {
    return switch (result) {
      case RUNNING -> LivekitAgent.JobStatus.JS_RUNNING;
      case SUCCESS -> LivekitAgent.JobStatus.JS_SUCCESS;
      case FAILED -> LivekitAgent.JobStatus.JS_FAILED;
    };
  }

  /** The signal in a frame; null when this side does not know it. */
  static @Nullable ServerSignal decode(byte[] frame) throws InvalidProtocolBufferException {
    LivekitAgent.ServerMessage message = LivekitAgent.ServerMessage.parseFrom(frame);
    return switch (message.getMessageCase()) {
      case REGISTER ->
          new ServerSignal.Registered(
              message.getRegister().getWorkerId(), server(message.getRegister().getServerInfo()));
      case AVAILABILITY ->
          new ServerSignal.AvailabilityAsked(
              job(message.getAvailability().getJob()), message.getAvailability().getResuming());
      case ASSIGNMENT -> assigned(message.getAssignment());
      case TERMINATION -> new ServerSignal.Terminated(message.getTermination().getJobId());
      case PONG -> new ServerSignal.Ponged(message.getPong().getLastTimestamp());
      case MESSAGE_NOT_SET -> null;
    };
  }

  private static ServerSignal assigned(LivekitAgent.JobAssignment assignment) {
    return new ServerSignal.Assigned(
        job(assignment.getJob()),
        assignment.hasUrl() ? assignment.getUrl() : null,
        assignment.getToken());
  }

  private static ServerInfo server(LivekitModels.ServerInfo info) {
    return new ServerInfo(
        info.getVersion(), info.getNodeId(), info.getRegion(), info.getDebugInfo());
  }

  private static JobOffer job(LivekitAgent.Job job) {
    return new JobOffer(
        job.getId(),
        job.getDispatchId(),
        job.getAgentName(),
        job.getMetadata(),
        JobAttributes.of(job),
        new RoomRef(job.getRoom().getName(), job.getRoom().getSid(), job.getRoom().getMetadata()),
        type(job.getType()),
        job.toByteString().asReadOnlyByteBuffer());
  }

  private static String type(LivekitAgent.JobType type) {
    return switch (type) {
      case JT_ROOM -> "ROOM";
      case JT_PUBLISHER -> "PUBLISHER";
      case JT_PARTICIPANT -> "PARTICIPANT";
      case UNRECOGNIZED -> "UNKNOWN";
    };
  }
}
