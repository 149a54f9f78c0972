package io.lkagent.protocol;

import org.jspecify.annotations.Nullable;

/** A message from the server to a worker. */
public sealed interface ServerSignal {
  /** The worker is registered. */
  record Registered(String workerId, ServerInfo server) implements ServerSignal {}

  /** Whether the worker takes this job; {@code resuming} when another worker had it before. */
  record AvailabilityAsked(JobOffer job, boolean resuming) implements ServerSignal {}

  /** The job is this worker's; {@code url} is null when it is the server's own. */
  record Assigned(JobOffer job, @Nullable String url, String token) implements ServerSignal {
    @Override
    public String toString() {
      return "Assigned[" + job + "]";
    }
  }

  /** The job is to end. */
  record Terminated(String jobId) implements ServerSignal {}

  /** The answer to a ping. */
  record Ponged(long timestamp) implements ServerSignal {}
}
