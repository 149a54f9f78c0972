package io.lkagent.ops;

import io.lkagent.api.DispatchInfo;
import java.time.Duration;

/** Who follows a dispatch, and may know more of it than the server does. */
public interface DispatchWatcher {
  /** Nobody. */
  DispatchWatcher NONE = new DispatchWatcher() {};

  /** Whether a job of this dispatch is known to run, although its agent is not in the room. */
  default boolean served(DispatchInfo dispatch) {
    return false;
  }

  /** The server has the dispatch. */
  default void requested(String dispatchId, boolean reused) {}

  /** No job came of it in this time; it was deleted, and another one is asked for. */
  default void again(Duration after) {}
}
