package io.lkagent.ops;

import io.lkagent.api.ApiException;
import io.lkagent.api.JobInfo;
import io.lkagent.api.LiveKitApi;
import io.lkagent.api.ParticipantInfo;
import io.lkagent.ops.DispatchResult.Outcome;
import io.lkagent.ops.DispatchResult.Stage;
import io.lkagent.ops.RoomDispatch.Life;
import io.lkagent.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One request's way from the first look to the agent in the room. One thread runs it. */
final class OneDispatch {
  private static final Duration FIRST_STEP = Duration.ofMillis(20);
  private static final Duration LONGEST_STEP = Duration.ofMillis(500);

  /** Looks come the rarer the longer it takes: each is at most so late, as a share of the wait. */
  private static final int STEPS_PER_WAIT = 5;

  /** What another dispatch needs at least to be worth asking for. */
  private static final Duration WORTH_IT = Duration.ofSeconds(1);

  /** Some servers tell when participants joined in whole seconds. */
  private static final Duration CLOCK_GRAIN = Duration.ofSeconds(1);

  private final LiveKitApi api;
  private final Time time;
  private final DispatchRequest request;
  private final DispatchWatcher watcher;
  private final StageClock clock;
  private final Placement placement;

  /** When each agent was seen in the room first. */
  private final Map<String, Duration> seen = new HashMap<>();

  /** Identities of agents whose dispatches are known; a new one is worth another list. */
  private final Set<String> placed = new HashSet<>();

  private @Nullable JobInfo job;

  OneDispatch(LiveKitApi api, Time time, DispatchRequest request, DispatchWatcher watcher) {
    this.api = api;
    this.time = time;
    this.request = request;
    this.watcher = watcher;
    this.clock = new StageClock(time);
    this.placement = new Placement(api, time, request, watcher, clock);
  }

  DispatchResult run() {
    Outcome outcome = placement.withTries();
    if (outcome == null) {
      job = placement.job();
      outcome = request.patience().isZero() ? new Outcome.Requested() : await();
    }
    clock.reached(Stage.DONE);
    return new DispatchResult(
        request,
        placement.roomCreated(),
        placement.id(),
        placement.reused(),
        placement.requests(),
        clock.stages(),
        outcome);
  }

  private Outcome await() {
    long asked = time.nanos();
    long deadline = asked + request.patience().toNanos();
    long began = asked;
    while (true) {
      ApiException failure = null;
      try {
        Outcome outcome = look();
        if (outcome == null && due(began, deadline)) {
          outcome = again(Duration.ofNanos(time.nanos() - began));
          began = time.nanos();
        }
        if (outcome != null) {
          return outcome;
        }
      } catch (ApiException e) {
        failure = e;
      }
      long now = time.nanos();
      if (failure instanceof ApiException.Unauthorized || now - deadline >= 0) {
        Duration waited = Duration.ofNanos(now - asked);
        return failure == null ? verdict(waited) : new Outcome.Failed(failure, 1);
      }
      time.sleep(step(now - began, deadline - now));
    }
  }

  private static Duration step(long waited, long left) {
    long step = Math.clamp(waited / STEPS_PER_WAIT, FIRST_STEP.toNanos(), LONGEST_STEP.toNanos());
    return Duration.ofNanos(Math.max(1, Math.min(step, left)));
  }

  /** Whether no job came for so long that none will, and there is time for another request. */
  private boolean due(long began, long deadline) {
    long now = time.nanos();
    return job == null
        && now - began >= RoomDispatch.SETTLED.toNanos()
        && deadline - now >= WORTH_IT.toNanos();
  }

  /** A dispatch that nobody took in time is never taken: the server asks once. */
  private @Nullable Outcome again(Duration after) throws ApiException {
    watcher.again(after);
    placement.withdraw();
    Outcome outcome = placement.withTries();
    job = placement.job();
    return outcome;
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
    Duration now = clock.now();
    agents.forEach(one -> seen.putIfAbsent(one.identity(), now));
    List<RoomDispatch> ours;
    try {
      ours = placement.ours();
    } catch (ApiException e) {
      if (api.rooms(List.of(request.room())).isEmpty()) {
        return new Outcome.RoomEnded(job);
      }
      throw e;
    }
    Outcome outcome = byDispatch(ours);
    return outcome == null ? byName(ours, agents) : outcome;
  }

  /**
   * Whose agent is there, by the jobs that the server lists. When another request for the same
   * agent was faster, its dispatch stays and this one's goes: whose agent joined first is the same
   * for all who look.
   */
  private @Nullable Outcome byDispatch(List<RoomDispatch> ours) throws ApiException {
    for (RoomDispatch one : ours) {
      if (one.agent() != null && one.life() == Life.LIVE) {
        placed.add(one.agent().identity());
      }
      if (one.info().id().equals(placement.id()) && one.job() != null) {
        job = one.job();
        clock.reached(Stage.ASSIGNED);
      }
    }
    RoomDispatch best = ours.isEmpty() ? null : ours.getFirst();
    if (best == null || best.agent() == null || best.life() != Life.LIVE) {
      return null;
    }
    placement.yieldTo(best);
    return joined(best.agent(), best.job());
  }

  /**
   * A new agent of the name that is wanted is this dispatch's if there is no other: the server's
   * list can take 5 seconds to say so.
   */
  private @Nullable Outcome byName(List<RoomDispatch> ours, List<ParticipantInfo> agents) {
    if (ours.size() != 1 || job != null || !ours.getFirst().info().id().equals(placement.id())) {
      return null;
    }
    Instant asked = ours.getFirst().info().createdAt().minus(CLOCK_GRAIN);
    for (ParticipantInfo agent : agents) {
      if (request.agentName().equals(agent.agentName()) && agent.joinedAt().isAfter(asked)) {
        return joined(agent, null);
      }
    }
    return null;
  }

  private Outcome joined(ParticipantInfo agent, @Nullable JobInfo itsJob) {
    Duration at = seen.getOrDefault(agent.identity(), clock.now());
    clock.reached(Stage.JOINED, at);
    if (itsJob != null) {
      clock.reached(Stage.ASSIGNED);
    }
    return new Outcome.Joined(agent, itsJob);
  }

  private Outcome verdict(Duration waited) {
    if (job != null) {
      return new Outcome.DidNotJoin(job, waited);
    }
    boolean withdraw = waited.compareTo(RoomDispatch.SETTLED) >= 0 && !placement.reused();
    try {
      if (withdraw) {
        placement.withdraw();
      }
      return new Outcome.NobodyTookIt(waited, withdraw);
    } catch (ApiException e) {
      // It stays, and does nothing.
      return new Outcome.NobodyTookIt(waited, false);
    }
  }
}
