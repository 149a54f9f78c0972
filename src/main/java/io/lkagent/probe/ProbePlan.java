package io.lkagent.probe;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How often, how many at once and under which limits an agent is started.
 *
 * @param runs measured starts at each concurrency, from 1
 * @param warmUp starts before them that count for nothing
 * @param cold starts with the agent's files out of the system's cache
 * @param concurrency how many at once, one series each, from 1
 * @param prepare a shell command before each start; null for none
 * @param failFast whether the first failure ends the probe
 * @param inside whether the runtime's own instruments are asked, in a start of their own
 */
public record ProbePlan(
    int runs,
    int warmUp,
    int cold,
    List<Integer> concurrency,
    @Nullable String prepare,
    boolean failFast,
    boolean inside,
    Limits limits) {
  public ProbePlan {
    concurrency = List.copyOf(concurrency);
  }

  /** All starts that it makes. */
  public int starts() {
    return (runs > 1 ? 1 : 0) + warmUp + cold + runs * concurrency.size();
  }
}
