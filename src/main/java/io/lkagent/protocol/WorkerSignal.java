package io.lkagent.protocol;

import java.util.List;
import java.util.Map;

/** A message from the worker to the server. */
public sealed interface WorkerSignal {
  /** Whether the worker takes jobs, how loaded it is (0 to 1) and how many jobs it has. */
  record UpdateWorker(boolean available, float load, int jobs) implements WorkerSignal {}

  /** The answer to {@link ServerSignal.AvailabilityAsked}. */
  sealed interface Answer extends WorkerSignal {
    String jobId();
  }

  /** Takes the job; its agent will join under this identity, which must be unique in the room. */
  record Accept(
      String jobId, String identity, String name, String metadata, Map<String, String> attributes)
      implements Answer {
    public Accept {
      if (identity.isBlank()) {
        throw new IllegalArgumentException("an agent needs an identity; the server checks none");
      }
      attributes = Map.copyOf(attributes);
    }
  }

  /** Leaves the job to the next worker. */
  record Decline(String jobId) implements Answer {}

  /** Ends the job as successful; no other worker is asked. */
  record Terminate(String jobId) implements Answer {}

  /** Tells how a job stands; the error is empty unless it failed. */
  record UpdateJob(String jobId, JobResult result, String error) implements WorkerSignal {}

  /** Names the jobs that run here, to a server that has forgotten them with the connection. */
  record StillRunning(List<String> jobIds) implements WorkerSignal {
    public StillRunning {
      jobIds = List.copyOf(jobIds);
    }
  }

  /** Asks for a {@link ServerSignal.Ponged} with the same timestamp. */
  record Ping(long timestamp) implements WorkerSignal {}

  /** How a job stands. */
  enum JobResult {
    RUNNING,
    SUCCESS,
    FAILED
  }
}
