package io.lkagent.devserver;

import io.lkagent.log.Log;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import livekit.LivekitAgent.AvailabilityResponse;
import livekit.LivekitAgent.Job;
import livekit.LivekitAgent.JobState;
import livekit.LivekitAgent.JobStatus;
import livekit.LivekitAgent.JobType;
import livekit.LivekitAgent.SimulateJobRequest;
import livekit.LivekitModels.ParticipantInfo;
import org.jspecify.annotations.Nullable;

/**
 * Finds workers for the jobs of a dispatch: each request runs on a virtual thread of its own, asks
 * one worker after the other, and takes the lock only between the waits.
 */
// livekit-server still keeps workers of different namespaces apart.
@SuppressWarnings("deprecation")
final class JobLauncher {
  private static final Log log = Log.of(JobLauncher.class);

  /** What is left of livekit-server's 3 s for all workers together, less its wait for claims. */
  private static final Duration BUDGET = Duration.ofMillis(2800);

  private static final Duration SIMULATION_BUDGET = Duration.ofSeconds(10);

  private final ControlPlane plane;
  private final Time time;
  private final DispatchPace pace;

  JobLauncher(ControlPlane plane, Time time, DispatchPace pace) {
    this.plane = plane;
    this.time = time;
    this.pace = pace;
  }

  DispatchPace pace() {
    return pace;
  }

  /** Asks the workers that are there now for one job; called by the owner, returns at once. */
  void launch(Room room, Dispatch dispatch, JobType type, @Nullable ParticipantInfo participant) {
    plane.assertOwned();
    dispatch.launchBegins();
    Job.Builder job =
        Job.newBuilder()
            .setDispatchId(dispatch.request().getId())
            .setType(type)
            .setRoom(room.toProto())
            .setMetadata(dispatch.request().getMetadata())
            .setAgentName(dispatch.request().getAgentName());
    if (participant != null) {
      job.setParticipant(participant);
    }
    NewerFields.copy(dispatch.request(), NewerFields.DISPATCH, job, NewerFields.JOB);
    Job template = job.build();
    Thread.ofVirtual()
        .name("dispatch " + template.getDispatchId())
        .start(() -> launch(room, dispatch, template));
  }

  private void launch(Room room, Dispatch dispatch, Job template) {
    List<Job> jobs = Collections.synchronizedList(new ArrayList<>());
    try {
      List<String> namespaces = pace.namespaces(template.getType(), template.getAgentName());
      if (namespaces.isEmpty()) {
        log.debug(
            "no worker is registered for this dispatch",
            "agent_name",
            template.getAgentName(),
            "room_name",
            template.getRoom().getName());
      }
      List<Thread> requests = new ArrayList<>();
      for (String namespace : namespaces) {
        Job job =
            template.toBuilder()
                .setId(ServerIds.next(ServerIds.JOB))
                .setNamespace(namespace)
                .build();
        requests.add(Thread.ofVirtual().name("job " + job.getId()).start(() -> place(job, jobs)));
      }
      for (Thread request : requests) {
        request.join();
      }
      pace.settle();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      plane.run(() -> plane.rooms().launched(room, dispatch, List.copyOf(jobs)));
    }
  }

  private void place(Job job, List<Job> placed) {
    try {
      DispatchPace.Place place = pace.enter();
      try {
        Job result = request(job);
        if (result != null) {
          placed.add(result);
        }
      } finally {
        place.leave();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private @Nullable Job request(Job job) throws InterruptedException {
    Worker.Key key =
        new Worker.Key(
            job.getAgentName(),
            job.getNamespace(),
            NewerFields.deployment(job, NewerFields.JOB),
            job.getType());
    time.sleep(pace.claim());
    // As livekit-server counts: in double, 0.7 would be more than a worker's load of 0.7.
    float target = (float) plane.config().targetLoad();
    if (plane.owned(() -> plane.workers().affinity(key, target)) <= 0) {
      time.sleep(pace.unclaimed().minus(pace.claim()));
      log.info(
          "no server has a worker with room for this job",
          "agent_name",
          key.agentName(),
          "room_name",
          job.getRoom().getName());
      return null;
    }
    long deadline = time.deadline(BUDGET);
    Set<Worker> attempted = new HashSet<>();
    while (true) {
      Worker worker = plane.owned(() -> plane.workers().select(key, attempted));
      if (worker == null) {
        log.warn("no worker available to handle job", "job_id", job.getId());
        return null;
      }
      attempted.add(worker);
      switch (offer(worker, job, deadline)) {
        case Offer.Placed(Job result) -> {
          plane.run(() -> plane.workers().track(worker, result.getId()));
          return result;
        }
        case Offer.Declined() -> log.debug("worker declined", "worker_id", worker.id());
        case Offer.Lost() -> {
          log.warn(
              "no answer in time, the job is lost",
              "job_id",
              job.getId(),
              "worker_id",
              worker.id());
          return null;
        }
      }
    }
  }

  /** What became of offering a job to one worker. */
  private sealed interface Offer {
    record Placed(Job job) implements Offer {}

    /** The next worker may be asked. */
    record Declined() implements Offer {}

    /** The time was up; nobody else is asked. */
    record Lost() implements Offer {}
  }

  private Offer offer(Worker worker, Job job, long deadline) throws InterruptedException {
    Job offered = plane.workers().offered(worker, job);
    CompletableFuture<Worker.Answer> answer =
        plane.owned(() -> plane.workers().ask(worker, offered));
    try {
      long left = Math.max(0, deadline - time.nanos());
      return switch (answer.get(left, TimeUnit.NANOSECONDS)) {
        case Worker.Answer.LinkLost() -> new Offer.Declined();
        case Worker.Answer.Said(AvailabilityResponse said) -> taken(worker, offered, said);
      };
    } catch (TimeoutException e) {
      plane.run(() -> plane.workers().withdraw(worker, job.getId()));
      return new Offer.Lost();
    } catch (ExecutionException e) {
      throw new IllegalStateException("an answer never fails", e);
    }
  }

  private Offer taken(Worker worker, Job offered, AvailabilityResponse said) {
    if (said.getTerminate()) {
      JobState.Builder state =
          offered.getState().toBuilder()
              .setStatus(JobStatus.JS_SUCCESS)
              .setEndedAt(plane.workers().wallNanos());
      return new Offer.Placed(offered.toBuilder().setState(state).build());
    }
    if (!said.getAvailable()) {
      return new Offer.Declined();
    }
    return new Offer.Placed(plane.owned(() -> plane.workers().assign(worker, offered, said)));
  }

  /** Offers a worker a job that it asked for itself; it belongs to no dispatch. */
  void simulate(Worker worker, SimulateJobRequest request) {
    JobType type = request.hasParticipant() ? JobType.JT_PUBLISHER : JobType.JT_ROOM;
    Job.Builder job =
        Job.newBuilder()
            .setId(ServerIds.next(ServerIds.JOB))
            .setType(type)
            .setRoom(request.getRoom())
            .setNamespace(worker.key().namespace())
            .setAgentName(worker.key().agentName());
    if (request.hasParticipant()) {
      job.setParticipant(request.getParticipant());
    }
    Job simulated = job.build();
    Thread.ofVirtual()
        .name("simulated job " + simulated.getId())
        .start(() -> {
          try {
            offer(worker, simulated, time.deadline(SIMULATION_BUDGET));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }
}
