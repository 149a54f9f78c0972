package io.lkagent.probe;

import io.lkagent.process.ExitStatus;
import io.lkagent.supervise.StopCause;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a start ended.
 *
 * @param ready whether it became ready in time and ended in good order when asked
 * @param cause why its process ended, in the words that the worker would record
 * @param exit null when the system never started it
 * @param degraded the optional components that it went on without
 * @param output the newest lines that it printed, oldest first
 */
public record Outcome(
    boolean ready,
    StopCause cause,
    @Nullable ExitStatus exit,
    List<String> degraded,
    List<String> output) {
  public Outcome {
    degraded = List.copyOf(degraded);
    output = List.copyOf(output);
  }
}
