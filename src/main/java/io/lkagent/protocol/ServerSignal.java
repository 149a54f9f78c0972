package io.lkagent.protocol;

import org.jspecify.annotations.Nullable;

/** A message from the server to the worker. */
public sealed interface ServerSignal {
  /** The worker is known from now on and can be asked. */
  record Registered(String workerId, ServerInfo server) implements ServerSignal {}

  /** The server asks whether the worker takes a job; it waits less than three seconds. */
  record AvailabilityAsked(JobOffer job, boolean resuming) implements ServerSignal {}

  /** The job is the worker's; the token lets its process join the room. */
  record Assigned(JobOffer job, @Nullable String url, String token) implements ServerSignal {
    @Override
    public String toString() {
      return "Assigned[job=" + job + ", url=" + url + ", token=***]";
    }
  }

  /** The server regards this job as over. */
  record Terminated(String jobId) implements ServerSignal {}

  /** The answer to the ping that carried this timestamp. */
  record Ponged(long timestamp) implements ServerSignal {}
}
