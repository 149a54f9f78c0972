package io.lkagent.devserver;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.helidon.webserver.CloseConnectionException;
import io.lkagent.log.Log;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.concurrent.Future;
import livekit.LivekitAgent.JobType;
import livekit.LivekitAgent.RegisterWorkerRequest;
import livekit.LivekitAgent.RegisterWorkerResponse;
import livekit.LivekitAgent.ServerMessage;
import livekit.LivekitAgent.WorkerMessage;
import livekit.LivekitAgent.WorkerPing;
import livekit.LivekitAgent.WorkerPong;
import livekit.LivekitModels.ParticipantPermission;
import livekit.LivekitModels.ServerInfo;
import org.jspecify.annotations.Nullable;

/**
 * One worker's WebSocket on {@code /agent}. Whatever breaks the protocol ends it without a close
 * frame, as livekit-server does.
 */
final class WorkerSession implements WebSocketHandler, Worker.Link {
  private static final Log log = Log.of(WorkerSession.class);
  private static final Duration REGISTER_WITHIN = Duration.ofSeconds(10);
  private static final Duration PING_EVERY = Duration.ofSeconds(10);
  private static final ParticipantPermission DEFAULT_PERMISSIONS =
      ParticipantPermission.newBuilder()
          .setCanSubscribe(true)
          .setCanPublish(true)
          .setCanPublishData(true)
          .setCanUpdateMetadata(true)
          .build();

  private final ControlPlane plane;
  private final FaultState faults;
  private final ServerInfo serverInfo;
  private final Time time;
  private @Nullable WebSocketLink link;
  private @Nullable Worker worker;
  private @Nullable Future<?> registerTimeout;
  private @Nullable Future<?> pings;
  private volatile boolean json;

  WorkerSession(ControlPlane plane, FaultState faults, ServerInfo serverInfo, Time time) {
    this.plane = plane;
    this.faults = faults;
    this.serverInfo = serverInfo;
    this.time = time;
  }

  @Override
  public void opened(WebSocketLink opened) {
    link = opened;
    registerTimeout = plane.timers().after(REGISTER_WITHIN, opened::cut);
    pings = plane.timers().every(PING_EVERY, opened::ping);
  }

  @Override
  public void text(String message) {
    json = true;
    WorkerMessage.Builder parsed = WorkerMessage.newBuilder();
    try {
      JsonFormat.parser().merge(message, parsed);
    } catch (InvalidProtocolBufferException e) {
      throw refused("a message is not JSON of a WorkerMessage", e);
    }
    received(parsed.build());
  }

  @Override
  public void binary(byte[] message) {
    json = false;
    try {
      received(WorkerMessage.parseFrom(message));
    } catch (InvalidProtocolBufferException e) {
      throw refused("a message is not a WorkerMessage", e);
    }
  }

  private void received(WorkerMessage message) {
    Worker registered = worker;
    switch (message.getMessageCase()) {
      case PING -> pong(message.getPing());
      case REGISTER -> {
        if (registered != null) {
          throw refused("registered twice", null);
        }
        register(message.getRegister());
      }
      case AVAILABILITY, UPDATE_WORKER, UPDATE_JOB, SIMULATE_JOB, MIGRATE_JOB -> {
        if (registered == null) {
          throw refused("a message before register", null);
        }
        plane.run(() -> handle(registered, message));
      }
      case MESSAGE_NOT_SET -> throw refused("an empty or unknown message", null);
    }
  }

  private void handle(Worker registered, WorkerMessage message) {
    switch (message.getMessageCase()) {
      case AVAILABILITY -> plane.workers().answered(registered, message.getAvailability());
      case UPDATE_WORKER -> registered.update(message.getUpdateWorker());
      case UPDATE_JOB -> {
        if (plane.workers().update(registered, message.getUpdateJob()) == null) {
          log.debug("update for an unknown job", "job_id", message.getUpdateJob().getJobId());
        }
      }
      case SIMULATE_JOB -> plane.launcher().simulate(registered, message.getSimulateJob());
      // livekit-server does nothing either.
      case MIGRATE_JOB -> log.debug("migrate_job is ignored", "worker_id", registered.id());
      case PING, REGISTER, MESSAGE_NOT_SET ->
          log.error("a defect: not a registered worker's message", "message", message);
    }
  }

  private void pong(WorkerPing ping) {
    send(
        ServerMessage.newBuilder()
            .setPong(
                WorkerPong.newBuilder()
                    .setLastTimestamp(ping.getTimestamp())
                    .setTimestamp(time.wall().toEpochMilli()))
            .build());
  }

  private void register(RegisterWorkerRequest request) {
    String deployment = NewerFields.deployment(request, NewerFields.REGISTER);
    try {
      NewerFields.checkDeployment(deployment);
    } catch (IllegalArgumentException e) {
      throw refused("invalid deployment", e);
    }
    if (request.getType() == JobType.UNRECOGNIZED) {
      throw refused("unknown job type", null);
    }
    if (registerTimeout != null) {
      registerTimeout.cancel(false);
    }
    Worker registered =
        new Worker(
            ServerIds.next(ServerIds.WORKER),
            new Worker.Key(
                request.getAgentName(), request.getNamespace(), deployment, request.getType()),
            request.hasAllowedPermissions() ? request.getAllowedPermissions() : DEFAULT_PERMISSIONS,
            this);
    worker = registered;
    plane.run(() -> {
      send(
          ServerMessage.newBuilder()
              .setRegister(
                  RegisterWorkerResponse.newBuilder()
                      .setWorkerId(registered.id())
                      .setServerInfo(serverInfo))
              .build());
      if (plane.workers().add(registered)) {
        plane.launcher().pace().newKey();
      }
    });
  }

  @Override
  public void send(ServerMessage message) {
    WebSocketLink to = link;
    if (to == null) {
      return;
    }
    try {
      if (json) {
        to.send(
            JsonFormat.printer().omittingInsignificantWhitespace().print(message),
            faults.workerDelay());
      } else {
        to.send(message.toByteArray(), faults.workerDelay());
      }
    } catch (InvalidProtocolBufferException e) {
      log.error("a defect: a message that JSON cannot hold", e);
    }
  }

  @Override
  public void cut() {
    if (link != null) {
      link.cut();
    }
  }

  @Override
  public void gone() {
    if (registerTimeout != null) {
      registerTimeout.cancel(false);
    }
    if (pings != null) {
      pings.cancel(false);
    }
    Worker registered = worker;
    if (registered != null) {
      log.info("worker gone", "worker_id", registered.id());
      plane.run(() -> plane.workers().remove(registered));
    }
  }

  private static CloseConnectionException refused(String why, @Nullable Exception cause) {
    log.warn("worker connection cut", "reason", why);
    return cause == null
        ? new CloseConnectionException(why)
        : new CloseConnectionException(why, cause);
  }
}
