package io.lkagent.ops;

import io.lkagent.api.AgentRequest;
import io.lkagent.api.ApiException;
import io.lkagent.api.JobInfo;
import io.lkagent.api.LiveKitApi;
import io.lkagent.ops.DispatchResult.Outcome;
import io.lkagent.ops.DispatchResult.Stage;
import io.lkagent.ops.RoomDispatch.Life;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that a room has the one dispatch that is wanted. Every try begins with a look, since
 * an answer that got lost may stand for a dispatch that exists.
 */
final class Placement {
  private static final List<Duration> WAITS = List.of(Duration.ofSeconds(1), Duration.ofSeconds(2));

  private final LiveKitApi api;
  private final Time time;
  private final DispatchRequest request;
  private final DispatchWatcher watcher;
  private final StageClock clock;

  /** Dispatches that are not ours: they were there before we asked for one. */
  private @Nullable Set<String> before;

  private boolean answered;
  private boolean roomRequested;
  private boolean dispatchRequested;
  private boolean roomCreated;
  private boolean reused;
  private int requests;
  private String id = "";
  private @Nullable JobInfo job;

  Placement(
      LiveKitApi api,
      Time time,
      DispatchRequest request,
      DispatchWatcher watcher,
      StageClock clock) {
    this.api = api;
    this.time = time;
    this.request = request;
    this.watcher = watcher;
    this.clock = clock;
  }

  /** The dispatch's id, empty before there is one. */
  String id() {
    return id;
  }

  /** Whether it was there before. */
  boolean reused() {
    return reused;
  }

  boolean roomCreated() {
    return roomCreated;
  }

  /** How many were asked for. */
  int requests() {
    return requests;
  }

  /** The job that was seen when the dispatch was found. */
  @Nullable JobInfo job() {
    return job;
  }

  /** Why there is none; null when there is one. */
  @Nullable Outcome withTries() {
    for (int tries = 1; ; tries++) {
      try {
        return once();
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

  private @Nullable Outcome once() throws ApiException {
    boolean exists = !api.rooms(List.of(request.room())).isEmpty();
    answered = true;
    clock.reached(Stage.LOOKED);
    if (!exists && !request.createRoom()) {
      return new Outcome.RoomMissing();
    }
    if (!exists) {
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
    return null;
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
  List<RoomDispatch> ours() throws ApiException {
    return Dispatching.inRoom(api, time, request.room(), watcher).stream()
        .filter(d -> d.info().agentName().equals(request.agentName()))
        .sorted(RoomDispatch.BEST_FIRST)
        .toList();
  }

  /** Uses a dispatch that is there: somebody else's, or one whose answer got lost. */
  private void take(RoomDispatch found) {
    id = found.info().id();
    reused = before != null && before.contains(id);
    if (!reused) {
      requests = Math.max(requests, 1);
      // Only a room that was made together with its agent has the dispatch without our asking.
      roomCreated = roomRequested && !dispatchRequested;
    }
    job = found.job();
    clock.reached(Stage.REQUESTED);
    watcher.requested(id, reused);
  }

  private void replace(List<RoomDispatch> stale) throws ApiException {
    for (RoomDispatch one : stale) {
      delete(one.info().id());
    }
    dispatchRequested = true;
    id = api.createDispatch(request.room(), request.agentName(), request.metadata()).id();
    reused = false;
    requests++;
    job = null;
    clock.reached(Stage.REQUESTED);
    watcher.requested(id, false);
  }

  /** Takes back what was asked for; what was there before stays. */
  void withdraw() throws ApiException {
    if (!reused) {
      delete(id);
    }
  }

  /** Another request's dispatch serves as well: ours goes. */
  void yieldTo(RoomDispatch other) throws ApiException {
    if (!other.info().id().equals(id)) {
      withdraw();
      id = other.info().id();
      reused = true;
    }
  }

  private void delete(String dispatch) throws ApiException {
    try {
      api.deleteDispatch(request.room(), dispatch);
    } catch (ApiException.NotFound e) {
      // Somebody else was faster.
    }
  }
}
