package io.lkagent.frameworks;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where an app's host is in its life. {@code failures} counts starts that came to nothing, in a
 * row.
 */
sealed interface HostState {
  /**
   * It loads the app.
   *
   * @param phase the newest part of the loading that ended
   * @param waiting what is wanted of it once it has
   */
  record Starting(int generation, int failures, long deadline, String phase, List<Wanted> waiting)
      implements HostState {
    public Starting {
      waiting = List.copyOf(waiting);
    }

    Starting with(List<Wanted> newWaiting) {
      return new Starting(generation, failures, deadline, phase, newWaiting);
    }
  }

  /**
   * It has described the app and does what it is told.
   *
   * @param since when it was ready
   * @param nextPingAt when the next ping is due
   * @param silentSince since when a sign of life is owed, or {@link
   *     io.lkagent.lifecycle.Machine#NEVER}
   * @param told what was wanted of it and has not come, in this order
   */
  record Serving(
      int generation,
      int failures,
      long since,
      long nextPingAt,
      long silentSince,
      Map<String, Wanted> told)
      implements HostState {
    public Serving {
      told = Collections.unmodifiableMap(new LinkedHashMap<>(told));
    }

    Serving with(long newSilentSince, Map<String, Wanted> newTold) {
      return new Serving(generation, failures, since, nextPingAt, newSilentSince, newTold);
    }

    boolean owesForks() {
      return told.values().stream().anyMatch(Wanted::fork);
    }
  }

  /**
   * It ends, by itself or by SIGKILL.
   *
   * @param served whether it had described the app
   * @param fault why; null when only its exit can tell
   * @param deadline when SIGKILL is sent (again)
   */
  record Ending(
      int generation,
      int failures,
      boolean served,
      @Nullable AppFault fault,
      long deadline,
      List<Wanted> waiting)
      implements HostState {
    public Ending {
      waiting = List.copyOf(waiting);
    }

    Ending with(List<Wanted> newWaiting) {
      return new Ending(generation, failures, served, fault, deadline, newWaiting);
    }
  }

  /** There is none until {@code retryAt}; what is wanted is refused. */
  record Down(int generation, int failures, long retryAt, String why) implements HostState {}

  /** The app is described, and there was nothing more to do for a host. */
  record Retired() implements HostState {}

  /** The worker ends. */
  record Closed() implements HostState {}
}
