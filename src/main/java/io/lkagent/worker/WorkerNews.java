package io.lkagent.worker;

import io.lkagent.supervise.StopCause;
import java.time.Duration;

/** What a worker tells of its jobs: its event stream for logs, metrics, the demo and load tests. */
public sealed interface WorkerNews {
  /** Registered with the server. */
  record Registered(String workerId, boolean again) implements WorkerNews {}

  /** The connection to the server is gone. */
  record Disconnected() implements WorkerNews {}

  /** A job was offered, and the answer was no; {@code reason} such as {@code full}. */
  record Refused(String jobId, String room, String reason) implements WorkerNews {}

  /** A job was offered, and the answer was yes. */
  record Accepted(String jobId, String room) implements WorkerNews {}

  /** The server never assigned a job that it was told yes for. */
  record AssignmentMissed(String jobId, String room) implements WorkerNews {}

  /** A job is this worker's. */
  record Assigned(String jobId, String room, String dispatchId) implements WorkerNews {}

  /** The entry point of a job runs, {@code afterAssignment} behind its assignment. */
  record Running(String jobId, String room, int child, Duration afterAssignment)
      implements WorkerNews {}

  /** A process died with a job before it ran; the job goes to another. */
  record Retried(String jobId, String room, StopCause cause) implements WorkerNews {}

  /** The worker asks a job's process to end. */
  record Ending(String jobId, String room, int child, StopCause cause) implements WorkerNews {}

  /**
   * A job is over, and so is its process.
   *
   * @param ran for how long its entry point ran; zero when it never did
   */
  record Ended(String jobId, String room, int child, boolean success, StopCause cause, Duration ran)
      implements WorkerNews {}

  /** The worker became full, or has room again. */
  record Capacity(boolean available, int jobs) implements WorkerNews {}

  /** The worker takes no more jobs. */
  record Draining(int jobs) implements WorkerNews {}

  /** The grace period is over: every process is asked to end. */
  record Stopping(int jobs) implements WorkerNews {}

  /** Every process is killed. */
  record Killing(int jobs) implements WorkerNews {}

  /** Nothing is left but {@code left} processes that even SIGKILL did not end. */
  record Stopped(int killed, int left) implements WorkerNews {}
}
