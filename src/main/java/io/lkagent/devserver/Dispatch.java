package io.lkagent.devserver;

import java.util.ArrayList;
import java.util.List;
import livekit.LivekitAgent.Job;
import livekit.LivekitAgentDispatch.AgentDispatch;
import livekit.LivekitAgentDispatch.AgentDispatchState;

/** A dispatch of a room, and the jobs that came of it. Guarded by the lock. */
final class Dispatch {
  private final AgentDispatch request;
  private final List<Job> jobs = new ArrayList<>();
  private int launching;
  private boolean deleted;

  /** A dispatch as its request describes it; {@code request} has its id and no jobs. */
  Dispatch(AgentDispatch request) {
    this.request = request;
  }

  AgentDispatch request() {
    return request;
  }

  /** The jobs that were assigned, in the state that they had then: LiveKit never updates it. */
  List<Job> jobs() {
    return jobs;
  }

  void launchBegins() {
    launching++;
  }

  void launchEnds() {
    launching--;
  }

  void delete() {
    deleted = true;
  }

  /** True when it was deleted and no request is under way any more. */
  boolean mustEndJobs() {
    return deleted && launching == 0;
  }

  AgentDispatch toProto() {
    AgentDispatchState.Builder state = request.getState().toBuilder().addAllJobs(jobs);
    return request.toBuilder().setState(state).build();
  }
}
