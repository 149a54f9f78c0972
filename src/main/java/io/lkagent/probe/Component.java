package io.lkagent.probe;

import org.jspecify.annotations.Nullable;

/**
 * One component of an agent's initialisation, as the agent told it.
 *
 * @param start when it began, in nanoseconds since the process was asked for
 * @param end when it ended, likewise
 * @param critical whether ready waited for it
 * @param error what went wrong, or null
 */
public record Component(
    String name, long start, long end, boolean critical, @Nullable String error) {
  public long nanos() {
    return end - start;
  }
}
