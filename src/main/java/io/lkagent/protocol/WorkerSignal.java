package io.lkagent.protocol;

import java.util.Map;

/** A message from a worker to the server. */
public sealed interface WorkerSignal {
  /** Whether the worker takes jobs, how loaded it is from 0 to 1, and how many jobs it has. */
  record UpdateWorker(boolean available, float load, int jobs) implements WorkerSignal {}

  /** Yes to a job, and how its agent will join the room. */
  record Accept(
      String jobId, String identity, String name, String metadata, Map<String, String> attributes)
      implements WorkerSignal {}

  /** No to a job: the server asks the next worker. */
  record Decline(String jobId) implements WorkerSignal {}

  /** No to a job that nobody should get: the server ends it as successful. */
  record Terminate(String jobId) implements WorkerSignal {}

  /** How a job goes. */
  record UpdateJob(String jobId, JobResult result, String error) implements WorkerSignal {}

  /** A sign of life is wanted. */
  record Ping(long timestamp) implements WorkerSignal {}

  /** How a job goes, as the server knows it. */
  enum JobResult {
    RUNNING,
    SUCCESS,
    FAILED
  }
}
