package io.lkagent.ops;

import io.lkagent.api.AgentRequest;
import io.lkagent.api.ApiException;
import io.lkagent.api.DispatchInfo;
import io.lkagent.api.JobInfo;
import io.lkagent.api.LiveKitApi;
import io.lkagent.api.ParticipantInfo;
import io.lkagent.ops.DispatchResult.Outcome;
import io.lkagent.ops.DispatchResult.Stage;
import io.lkagent.ops.RoomDispatch.Life;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request's way from the first look to the agent in the room. One thread runs it.
 *
 * <p>Whatever goes wrong, the next step begins with a look: an answer that got lost may stand for a
 * dispatch that exists.
 */
final class OneDispatch {
  private static final List<Duration> WAITS = List.of(Duration.ofSeconds(1), Duration.ofSeconds(2));
  private static final Duration FIRST_STEP = Duration.ofMillis(20);
  private static final Duration LONGEST_STEP = Duration.ofMillis(500);

  /** Looks come the rarer the longer it takes: each is at most so late, as a share of the wait. */
  private static final int STEPS_PER_WAIT = 5;

  /** What another dispatch needs at least to be worth asking for. */
  private static final Duration WORTH_IT = Duration.ofSeconds(1);

  private final LiveKitApi api;
  private final Time time;
  private final DispatchRequest request;
  private final DispatchWatcher watcher;
  private final long started;
  private final Map<Stage, Duration> stages = new EnumMap<>(Stage.class);

  /** Dispatches that are not this run's: they were there before it asked for one. */
  private @Nullable Set<String> before;

  private boolean answered;
  private boolean roomRequested;
  private boolean roomCreated;
  private boolean dispatchRequested;
  private boolean reused;
  private int requests;
  private String dispatchId = "";
  private @Nullable JobInfo job;

  /** When each agent was seen in the room first. */
  private final Map<String, Duration> seen = new HashMap<>();

  /** Identities of agents whose dispatches are known; a new one is worth another list. */
  private final Set<String> placed = new HashSet<>();

  OneDispatch(LiveKitApi api, Time time, DispatchRequest request, DispatchWatcher watcher) {
    this.api = api;
    this.time = time;
    this.request = request;
    this.watcher = watcher;
    this.started = time.nanos();
  }

  DispatchResult run() {
    Outcome outcome = placeWithTries();
    if (outcome == null) {
      outcome = request.patience().isZero() ? new Outcome.Requested() : await();
    }
    reached(Stage.DONE);
    return new DispatchResult(request, roomCreated, dispatchId, reused, requests, stages, outcome);
  }

  private void reached(Stage stage) {
    stages.putIfAbsent(stage, Duration.ofNanos(time.nanos() - started));
  }

  /** Sees to it that there is a dispatch; an outcome when that is the end already. */
  private @Nullable Outcome placeWithTries() {
    for (int tries = 1; ; tries++) {
      try {
        return place();
      } catch (ApiException e) {
        if (!worthAnotherTry(e) || tries > WAITS.size()) {
          return new Outcome.Failed(e, tries);
        }
        time.sleep(WAITS.get(tries - 1));
      }
    }
  }

  /** A server that never answered is not there; what it refused it will refuse again. */
  private boolean worthAnotherTry(ApiException failure) {
    return switch (failure) {
      case ApiException.Timeout e -> true;
      case ApiException.Unreachable e -> answered;
      // The room ended between two calls.
      case ApiException.NotFound e -> request.createRoom();
      case ApiException.Unauthorized e -> false;
      case ApiException.Other e -> e.status() >= 500 || e.code().equals("resource_exhausted");
    };
  }

  private @Nullable Outcome place() throws ApiException {
    boolean exists = !api.rooms(List.of(request.room())).isEmpty();
    answered = true;
    reached(Stage.LOOKED);
    if (!exists) {
      if (!request.createRoom()) {
        return new Outcome.RoomMissing();
      }
      createRoom();
    }
    List<RoomDispatch> ours = ours();
    if (before == null) {
      before = new HashSet<>(ours.stream().map(d -> d.info().id()).toList());
    }
    RoomDispatch best = ours.isEmpty() ? null : ours.getFirst();
    if (best == null || (best.life() == Life.STALE && before.contains(best.info().id()))) {
      replace(ours);
    } else {
      take(best);
    }
    return best != null && best.life() == Life.LIVE ? joined(best) : null;
  }

  /** Together with its agent: a room made alone first costs a burst two seconds. */
  private void createRoom() throws ApiException {
    if (before == null) {
      before = new HashSet<>();
    }
    roomRequested = true;
    api.createRoom(
        request.room(),
        "",
        Duration.ZERO,
        Duration.ZERO,
        List.of(new AgentRequest(request.agentName(), request.metadata())));
  }

  /** This agent's dispatches in the room, the best first. */
  private List<RoomDispatch> ours() throws ApiException {
    return Dispatching.inRoom(api, time, request.room(), watcher).stream()
        .filter(d -> d.info().agentName().equals(request.agentName()))
        .sorted(RoomDispatch.BEST_FIRST)
        .toList();
  }

  /** Uses a dispatch that is there: somebody else's, or one whose answer got lost. */
  private void take(RoomDispatch found) {
    dispatchId = found.info().id();
    reused = before != null && before.contains(dispatchId);
    if (!reused) {
      requests = Math.max(requests, 1);
      // Only a room that was made together with its agent has the dispatch without our asking.
      roomCreated = roomRequested && !dispatchRequested;
    }
    job = found.job();
    reached(Stage.REQUESTED);
    watcher.requested(dispatchId, reused);
  }

  private void replace(List<RoomDispatch> stale) throws ApiException {
    for (RoomDispatch one : stale) {
      delete(one.info().id());
    }
    dispatchRequested = true;
    DispatchInfo created =
        api.createDispatch(request.room(), request.agentName(), request.metadata());
    dispatchId = created.id();
    reused = false;
    requests++;
    job = null;
    reached(Stage.REQUESTED);
    watcher.requested(dispatchId, false);
  }

  private void delete(String id) throws ApiException {
    try {
      api.deleteDispatch(request.room(), id);
    } catch (ApiException.NotFound e) {
      // Somebody else was faster.
    }
  }

  private Outcome await() {
    long asked = time.nanos();
    long deadline = asked + request.patience().toNanos();
    long settled = asked + RoomDispatch.SETTLED.toNanos();
    long began = asked;
    while (true) {
      ApiException failure = null;
      try {
        Outcome outcome = look();
        if (outcome != null) {
          return outcome;
        }
        long now = time.nanos();
        boolean tooLate = deadline - now < WORTH_IT.toNanos();
        if (job == null && now - settled >= 0 && !tooLate) {
          watcher.again(Duration.ofNanos(now - began));
          Outcome there = again();
          if (there != null) {
            return there;
          }
          began = now;
          settled = now + RoomDispatch.SETTLED.toNanos();
        }
      } catch (ApiException e) {
        failure = e;
      }
      long now = time.nanos();
      if (failure instanceof ApiException.Unauthorized
          || (failure != null && now - deadline >= 0)) {
        return new Outcome.Failed(failure, 1);
      }
      if (now - deadline >= 0) {
        return verdict(Duration.ofNanos(now - asked), now - settled >= 0);
      }
      time.sleep(step(now - began, deadline - now));
    }
  }

  private static Duration step(long waited, long left) {
    long step = Math.clamp(waited / STEPS_PER_WAIT, FIRST_STEP.toNanos(), LONGEST_STEP.toNanos());
    return Duration.ofNanos(Math.max(1, Math.min(step, left)));
  }

  /** Looks once for the agent; an outcome when that settles it. */
  private @Nullable Outcome look() throws ApiException {
    List<ParticipantInfo> agents =
        api.participants(request.room()).stream()
            .filter(one -> one.kind() == ParticipantInfo.Kind.AGENT && one.active())
            .toList();
    boolean known = agents.stream().allMatch(one -> placed.contains(one.identity()));
    if (job != null && known) {
      return null;
    }
    // Which dispatch an agent belongs to can take the server's list seconds; it is there since now.
    Duration now = Duration.ofNanos(time.nanos() - started);
    agents.forEach(one -> seen.putIfAbsent(one.identity(), now));
    List<RoomDispatch> ours;
    try {
      ours = ours();
    } catch (ApiException e) {
      if (api.rooms(List.of(request.room())).isEmpty()) {
        return new Outcome.RoomEnded(job);
      }
      throw e;
    }
    return judged(ours);
  }

  private @Nullable Outcome judged(List<RoomDispatch> ours) throws ApiException {
    for (RoomDispatch one : ours) {
      if (one.life() == Life.LIVE) {
        one.info().jobs().forEach(itsJob -> placed.add(itsJob.participantIdentity()));
      }
      if (one.info().id().equals(dispatchId) && one.job() != null) {
        job = one.job();
        reached(Stage.ASSIGNED);
      }
    }
    boolean live = !ours.isEmpty() && ours.getFirst().life() == Life.LIVE;
    return live ? joined(ours.getFirst()) : null;
  }

  /**
   * The agent is there. When another request for the same agent was faster, its dispatch stays and
   * this one's goes: whose agent joined first is the same for all who look.
   */
  private Outcome joined(RoomDispatch winner) throws ApiException {
    if (!winner.info().id().equals(dispatchId)) {
      if (!reused) {
        delete(dispatchId);
      }
      dispatchId = winner.info().id();
      reused = true;
    }
    ParticipantInfo agent = winner.agent();
    JobInfo itsJob = winner.job();
    if (agent == null || itsJob == null) {
      throw new IllegalStateException("a live dispatch without agent or job: " + winner);
    }
    Duration now = Duration.ofNanos(time.nanos() - started);
    stages.put(Stage.JOINED, seen.getOrDefault(agent.identity(), now));
    stages.putIfAbsent(Stage.ASSIGNED, now);
    return new Outcome.Joined(agent, itsJob);
  }

  /** A dispatch that nobody took in time is never taken: the server asks once. */
  private @Nullable Outcome again() throws ApiException {
    if (!reused) {
      delete(dispatchId);
    }
    return place();
  }

  private Outcome verdict(Duration waited, boolean settled) {
    if (job != null) {
      return new Outcome.DidNotJoin(job, waited);
    }
    boolean withdraw = settled || waited.compareTo(RoomDispatch.SETTLED) >= 0;
    try {
      if (withdraw && !reused) {
        delete(dispatchId);
        return new Outcome.NobodyTookIt(waited, true);
      }
    } catch (ApiException e) {
      // It stays, and does nothing.
    }
    return new Outcome.NobodyTookIt(waited, false);
  }
}
