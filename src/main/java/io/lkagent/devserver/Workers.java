package io.lkagent.devserver;

import io.lkagent.log.Log;
import io.lkagent.time.Time;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import livekit.LivekitAgent.AvailabilityRequest;
import livekit.LivekitAgent.AvailabilityResponse;
import livekit.LivekitAgent.Job;
import livekit.LivekitAgent.JobAssignment;
import livekit.LivekitAgent.JobState;
import livekit.LivekitAgent.JobStatus;
import livekit.LivekitAgent.JobTermination;
import livekit.LivekitAgent.JobType;
import livekit.LivekitAgent.ServerMessage;
import livekit.LivekitAgent.UpdateJobStatus;
import org.jspecify.annotations.Nullable;

/** The registered workers and their jobs; called with the control plane's lock held. */
final class Workers {
  /** Why the server ends a job; decides the state that the job is left in. */
  enum Termination {
    REQUESTED,
    AGENT_LEFT
  }

  /** The agent names and namespaces that workers of one job type are registered with. */
  record Names(Set<String> agentNames, Set<String> namespaces) {}

  private static final Log log = Log.of(Workers.class);

  private final ReentrantLock lock;
  private final Time time;
  private final Tokens tokens;
  private final Map<Worker.Key, List<Worker>> byKey = new LinkedHashMap<>();
  private final Map<String, Worker> byJob = new HashMap<>();

  Workers(ReentrantLock lock, Time time, Tokens tokens) {
    this.lock = lock;
    this.time = time;
    this.tokens = tokens;
  }

  /** Takes a worker in; true when it is the first of its key. */
  boolean add(Worker worker) {
    assert lock.isHeldByCurrentThread();
    List<Worker> sameKey = byKey.computeIfAbsent(worker.key(), key -> new ArrayList<>());
    sameKey.add(worker);
    log.info("worker registered", "worker_id", worker.id(), "agent_name", worker.key().agentName());
    return sameKey.size() == 1;
  }

  /** Forgets a worker and its jobs; requests under way learn that it is gone. */
  void remove(Worker worker) {
    assert lock.isHeldByCurrentThread();
    List<Worker> sameKey = byKey.getOrDefault(worker.key(), List.of());
    if (sameKey.remove(worker) && sameKey.isEmpty()) {
      byKey.remove(worker.key());
    }
    worker.end();
    worker.running().keySet().forEach(byJob::remove);
    worker.running().clear();
    worker.asked().values().forEach(answer -> answer.complete(new Worker.Answer.LinkLost()));
    worker.asked().clear();
  }

  List<Worker> all() {
    assert lock.isHeldByCurrentThread();
    return byKey.values().stream().flatMap(List::stream).toList();
  }

  Names names(JobType type) {
    assert lock.isHeldByCurrentThread();
    Set<String> agentNames = new TreeSet<>();
    Set<String> namespaces = new TreeSet<>();
    boolean enabled = byKey.keySet().stream().anyMatch(key -> key.type() == type);
    if (enabled) {
      // livekit-server keeps these two apart from the type, and so lists those of all types.
      for (Worker.Key key : byKey.keySet()) {
        agentNames.add(key.agentName());
        namespaces.add(key.namespace());
      }
    }
    return new Names(agentNames, namespaces);
  }

  /** How far this node's workers of a key are under the target load, all together. */
  float affinity(Worker.Key key, float targetLoad) {
    assert lock.isHeldByCurrentThread();
    float affinity = 0;
    for (Worker worker : byKey.getOrDefault(key, List.of())) {
      if (worker.available()) {
        affinity += Math.max(0, targetLoad - worker.load());
      }
    }
    return affinity;
  }

  /** One of the available workers at random, weighted by what is left of each one's load. */
  @Nullable Worker select(Worker.Key key, Set<Worker> attempted) {
    assert lock.isHeldByCurrentThread();
    List<Worker> candidates = new ArrayList<>();
    float sum = 0;
    for (Worker worker : byKey.getOrDefault(key, List.of())) {
      if (worker.available() && !attempted.contains(worker)) {
        candidates.add(worker);
        sum += rest(worker);
      }
    }
    if (sum == 0) {
      return null;
    }
    float point = ThreadLocalRandom.current().nextFloat() * sum;
    for (Worker worker : candidates) {
      point -= rest(worker);
      if (point <= 0) {
        return worker;
      }
    }
    return candidates.getLast();
  }

  private static float rest(Worker worker) {
    return Math.max(0, 1 - worker.load());
  }

  /** Sends an availability request; the job carries its state as the worker sees it. */
  CompletableFuture<Worker.Answer> ask(Worker worker, Job job) {
    assert lock.isHeldByCurrentThread();
    CompletableFuture<Worker.Answer> answer = new CompletableFuture<>();
    if (worker.ended()) {
      answer.complete(new Worker.Answer.LinkLost());
      return answer;
    }
    worker.asked().put(job.getId(), answer);
    worker
        .link()
        .send(
            ServerMessage.newBuilder()
                .setAvailability(AvailabilityRequest.newBuilder().setJob(job))
                .build());
    return answer;
  }

  /** The job as it is offered to a worker: running already, as livekit-server has it. */
  Job offered(Worker worker, Job job) {
    long now = wallNanos();
    return job.toBuilder()
        .setState(
            JobState.newBuilder()
                .setStatus(JobStatus.JS_RUNNING)
                .setWorkerId(worker.id())
                .setStartedAt(now)
                .setUpdatedAt(now))
        .build();
  }

  /** No answer is awaited any more; one that comes is ignored. */
  void withdraw(Worker worker, String jobId) {
    assert lock.isHeldByCurrentThread();
    worker.asked().remove(jobId);
  }

  void answered(Worker worker, AvailabilityResponse response) {
    assert lock.isHeldByCurrentThread();
    CompletableFuture<Worker.Answer> answer = worker.asked().remove(response.getJobId());
    if (answer == null) {
      log.debug("answer for an unknown job", "job_id", response.getJobId());
    } else {
      answer.complete(new Worker.Answer.Said(response));
    }
  }

  /** Assigns a job that the worker said yes to; the job as it is then. */
  Job assign(Worker worker, Job offered, AvailabilityResponse yes) {
    assert lock.isHeldByCurrentThread();
    Job.Builder assigned = offered.toBuilder();
    assigned.getStateBuilder().setParticipantIdentity(yes.getParticipantIdentity());
    Job job = assigned.build();
    String token =
        tokens.forAgent(
            job.getRoom().getName(), worker.key().agentName(), yes, worker.permissions());
    worker
        .link()
        .send(
            ServerMessage.newBuilder()
                .setAssignment(JobAssignment.newBuilder().setJob(job).setToken(token))
                .build());
    worker.running().put(job.getId(), job);
    log.info(
        "assigned job to worker",
        "job_id",
        job.getId(),
        "worker_id",
        worker.id(),
        "room_name",
        job.getRoom().getName());
    return job;
  }

  /** From now on the server can end this job. */
  void track(Worker worker, String jobId) {
    assert lock.isHeldByCurrentThread();
    if (worker.running().containsKey(jobId) && !worker.ended()) {
      byJob.put(jobId, worker);
    }
  }

  /** Tells the job's worker to end it; the state it is left in, or null when it is unknown. */
  @Nullable JobState terminate(String jobId, Termination reason) {
    assert lock.isHeldByCurrentThread();
    Worker worker = byJob.get(jobId);
    if (worker == null) {
      return null;
    }
    worker
        .link()
        .send(
            ServerMessage.newBuilder()
                .setTermination(JobTermination.newBuilder().setJobId(jobId))
                .build());
    UpdateJobStatus.Builder update = UpdateJobStatus.newBuilder().setJobId(jobId);
    switch (reason) {
      case REQUESTED -> update.setStatus(JobStatus.JS_SUCCESS);
      case AGENT_LEFT ->
          update.setStatus(JobStatus.JS_FAILED).setError("agent worker left the room");
    }
    return update(worker, update.build());
  }

  /** Takes a job's new state; the state, or null for a job that this worker does not run. */
  @Nullable JobState update(Worker worker, UpdateJobStatus update) {
    assert lock.isHeldByCurrentThread();
    Job job = worker.running().get(update.getJobId());
    if (job == null) {
      return null;
    }
    JobState.Builder state =
        job.getState().toBuilder()
            .setUpdatedAt(wallNanos())
            .setStatusValue(update.getStatusValue())
            .setError(update.getError());
    boolean ended =
        update.getStatus() == JobStatus.JS_SUCCESS || update.getStatus() == JobStatus.JS_FAILED;
    if (ended) {
      state.setEndedAt(wallNanos());
      worker.running().remove(update.getJobId());
      byJob.remove(update.getJobId());
    } else {
      worker.running().put(update.getJobId(), job.toBuilder().setState(state).build());
    }
    return state.build();
  }

  long wallNanos() {
    java.time.Instant now = time.wall();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }
}
