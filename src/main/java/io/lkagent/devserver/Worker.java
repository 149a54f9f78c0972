package io.lkagent.devserver;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import livekit.LivekitAgent.AvailabilityResponse;
import livekit.LivekitAgent.Job;
import livekit.LivekitAgent.JobType;
import livekit.LivekitAgent.ServerMessage;
import livekit.LivekitAgent.UpdateWorkerStatus;
import livekit.LivekitAgent.WorkerStatus;
import livekit.LivekitModels.ParticipantPermission;

/** A registered worker: what it said of itself, and the jobs it runs. Guarded by the lock. */
final class Worker {
  /** What a job must have in common with a worker to be offered to it. */
  record Key(String agentName, String namespace, String deployment, JobType type) {}

  /** The worker's connection. */
  interface Link {
    void send(ServerMessage message);

    void cut();
  }

  /** What became of an availability request. */
  sealed interface Answer {
    record Said(AvailabilityResponse response) implements Answer {}

    /** The worker's connection ended before it answered. */
    record LinkLost() implements Answer {}
  }

  private final String id;
  private final Key key;
  private final ParticipantPermission permissions;
  private final Link link;
  private final Map<String, Job> running = new HashMap<>();
  private final Map<String, CompletableFuture<Answer>> asked = new HashMap<>();
  private WorkerStatus status = WorkerStatus.WS_AVAILABLE;
  private float load;
  private boolean ended;

  Worker(String id, Key key, ParticipantPermission permissions, Link link) {
    this.id = id;
    this.key = key;
    this.permissions = permissions;
    this.link = link;
  }

  String id() {
    return id;
  }

  Key key() {
    return key;
  }

  ParticipantPermission permissions() {
    return permissions;
  }

  Link link() {
    return link;
  }

  Map<String, Job> running() {
    return running;
  }

  Map<String, CompletableFuture<Answer>> asked() {
    return asked;
  }

  /** True once the server no longer knows this worker. */
  boolean ended() {
    return ended;
  }

  void end() {
    ended = true;
  }

  boolean available() {
    return status == WorkerStatus.WS_AVAILABLE;
  }

  float load() {
    return load;
  }

  /** An update without a load sets it to zero; one without a status leaves the status alone. */
  void update(UpdateWorkerStatus update) {
    if (update.hasStatus()) {
      status = update.getStatus();
    }
    load = update.getLoad();
  }
}
