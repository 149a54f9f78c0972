package io.lkagent.devserver;

import java.time.Duration;
import java.util.List;
import livekit.LivekitAgent.JobType;

/** How long a dispatch takes on its way to the workers. */
interface DispatchPace {
  /** Which namespaces to ask for a job; none when no worker has the agent's name. May wait. */
  List<String> namespaces(JobType type, String agentName) throws InterruptedException;

  /** Takes one of the places for requests under way; given back by leaving it. May wait. */
  Place enter() throws InterruptedException;

  /** How long a request waits for the best answer of the servers. */
  Duration claim();

  /** How long a request takes that no server answers. */
  Duration unclaimed();

  /** Waits until what came of a dispatch may be seen. */
  void settle() throws InterruptedException;

  /** The workers were joined by the first one of its key. */
  void newKey();

  /** A place that is given back. */
  interface Place {
    void leave();
  }

  /** Everything at once. */
  record AtOnce(ControlPlane plane) implements DispatchPace {
    @Override
    public List<String> namespaces(JobType type, String agentName) {
      Workers.Names names = plane.owned(() -> plane.workers().names(type));
      boolean known = agentName.isEmpty() || names.agentNames().contains(agentName);
      return known ? List.copyOf(names.namespaces()) : List.of();
    }

    @Override
    public Place enter() {
      return () -> {};
    }

    @Override
    public Duration claim() {
      return Duration.ZERO;
    }

    @Override
    public Duration unclaimed() {
      return Duration.ZERO;
    }

    @Override
    public void settle() {}

    @Override
    public void newKey() {}
  }
}
