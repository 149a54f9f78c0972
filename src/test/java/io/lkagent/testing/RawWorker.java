package io.lkagent.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.fail;

import com.google.protobuf.InvalidProtocolBufferException;
import io.lkagent.time.Time;
import java.time.Duration;
import livekit.LivekitAgent.AvailabilityRequest;
import livekit.LivekitAgent.AvailabilityResponse;
import livekit.LivekitAgent.Job;
import livekit.LivekitAgent.JobAssignment;
import livekit.LivekitAgent.JobStatus;
import livekit.LivekitAgent.JobType;
import livekit.LivekitAgent.RegisterWorkerRequest;
import livekit.LivekitAgent.RegisterWorkerResponse;
import livekit.LivekitAgent.ServerMessage;
import livekit.LivekitAgent.UpdateJobStatus;
import livekit.LivekitAgent.UpdateWorkerStatus;
import livekit.LivekitAgent.WorkerMessage;
import livekit.LivekitAgent.WorkerStatus;
import org.jspecify.annotations.Nullable;

/** A worker that says only what a test tells it to, in LiveKit's own messages. */
public final class RawWorker implements AutoCloseable {
  /** Long enough for the slowest dispatch of the real server. */
  public static final Duration SOON = Duration.ofSeconds(12);

  private final RawWebSocket socket;
  private final String identity;

  private RawWorker(RawWebSocket socket) {
    this.socket = socket;
    this.identity = "agent-" + Long.toHexString(Time.raw().nanos());
  }

  /** Connects without registering. */
  public static RawWorker connect(ServerUnderTest server) throws RawWebSocket.UpgradeRefused {
    return connect(server, TestTokens.worker(server.key(), server.secret()));
  }

  public static RawWorker connect(ServerUnderTest server, String token)
      throws RawWebSocket.UpgradeRefused {
    return new RawWorker(RawWebSocket.connect(server.url() + "/agent?protocol=1", token));
  }

  /** Connects, registers for rooms, and says that it is free. */
  public static RawWorker registered(ServerUnderTest server, String agentName) {
    try {
      RawWorker worker = connect(server);
      worker.register(agentName);
      worker.update(WorkerStatus.WS_AVAILABLE, 0);
      return worker;
    } catch (RawWebSocket.UpgradeRefused e) {
      throw new AssertionError(e);
    }
  }

  public RegisterWorkerResponse register(String agentName) {
    return register(
        RegisterWorkerRequest.newBuilder()
            .setAgentName(agentName)
            .setType(JobType.JT_ROOM)
            .setVersion("raw")
            .build());
  }

  public RegisterWorkerResponse register(RegisterWorkerRequest request) {
    send(WorkerMessage.newBuilder().setRegister(request).build());
    ServerMessage answer = next(SOON);
    assertEquals(ServerMessage.MessageCase.REGISTER, answer.getMessageCase());
    return answer.getRegister();
  }

  public void update(WorkerStatus status, float load) {
    send(
        WorkerMessage.newBuilder()
            .setUpdateWorker(UpdateWorkerStatus.newBuilder().setStatus(status).setLoad(load))
            .build());
  }

  public void updateJob(String jobId, JobStatus status) {
    send(
        WorkerMessage.newBuilder()
            .setUpdateJob(UpdateJobStatus.newBuilder().setJobId(jobId).setStatus(status))
            .build());
  }

  public void send(WorkerMessage message) {
    socket.send(message.toByteArray());
  }

  public RawWebSocket socket() {
    return socket;
  }

  public ServerMessage next(Duration limit) {
    ServerMessage message = poll(limit);
    return message == null ? fail("the server said nothing within " + limit) : message;
  }

  /** The next message, or null when none comes within {@code limit}. */
  public @Nullable ServerMessage poll(Duration limit) {
    return switch (socket.poll(limit)) {
      case null -> null;
      case RawWebSocket.Frame.Binary(byte[] bytes) -> {
        try {
          yield ServerMessage.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
          throw new AssertionError("not a ServerMessage", e);
        }
      }
      case RawWebSocket.Frame.Text(String text) -> fail("JSON came: " + text);
      case RawWebSocket.Frame.Ended(int code) -> fail("the connection ended with " + code);
    };
  }

  /** Waits for the connection's end; the close code, 1006 for none. */
  public int awaitEnd(Duration limit) {
    while (true) {
      if (socket.next(limit) instanceof RawWebSocket.Frame.Ended(int code)) {
        return code;
      }
    }
  }

  /** The next message must be an availability request. */
  public Job asked() {
    ServerMessage message = next(SOON);
    assertEquals(ServerMessage.MessageCase.AVAILABILITY, message.getMessageCase());
    AvailabilityRequest request = message.getAvailability();
    return request.getJob();
  }

  /** The next message must be an assignment. */
  public JobAssignment assigned() {
    ServerMessage message = next(SOON);
    assertEquals(ServerMessage.MessageCase.ASSIGNMENT, message.getMessageCase());
    return message.getAssignment();
  }

  /** The next message must be the termination of this job. */
  public void terminated(String jobId) {
    ServerMessage message = next(SOON);
    assertEquals(ServerMessage.MessageCase.TERMINATION, message.getMessageCase());
    assertEquals(jobId, message.getTermination().getJobId());
  }

  /** Nothing may come within {@code limit}. */
  public void silent(Duration limit) {
    assertNull(poll(limit));
  }

  public void accept(Job job) {
    answer(
        AvailabilityResponse.newBuilder()
            .setJobId(job.getId())
            .setAvailable(true)
            .setParticipantIdentity(identity(job))
            .setParticipantName("raw agent")
            .build());
  }

  /** The identity with which this worker accepts a job. */
  public String identity(Job job) {
    return identity + "-" + job.getId();
  }

  public void decline(Job job) {
    answer(AvailabilityResponse.newBuilder().setJobId(job.getId()).build());
  }

  public void terminate(Job job) {
    answer(AvailabilityResponse.newBuilder().setJobId(job.getId()).setTerminate(true).build());
  }

  private void answer(AvailabilityResponse response) {
    send(WorkerMessage.newBuilder().setAvailability(response).build());
  }

  /** Is asked, accepts, and is assigned. */
  public JobAssignment takeJob() {
    Job job = asked();
    accept(job);
    JobAssignment assignment = assigned();
    assertEquals(job.getId(), assignment.getJob().getId());
    return assignment;
  }

  /** Drops the connection. */
  @Override
  public void close() {
    socket.close();
  }
}
