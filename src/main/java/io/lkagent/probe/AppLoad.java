package io.lkagent.probe;

import io.lkagent.process.ProcessUsage;
import org.jspecify.annotations.Nullable;

/**
 * What a worker does once before it can start processes of a framework's app: its host loads the
 * app.
 *
 * @param nanos from the host's spawn until the app had said what it wants
 * @param forks whether processes are forked from the host; else each loads the app again
 * @param why where they could be forked and are not, what stands in the way; else empty
 * @param usage what the host has used by then; null where the system does not tell
 */
public record AppLoad(long nanos, boolean forks, String why, @Nullable ProcessUsage usage) {
  public AppLoad(long nanos, boolean forks, @Nullable ProcessUsage usage) {
    this(nanos, forks, "", usage);
  }
}
