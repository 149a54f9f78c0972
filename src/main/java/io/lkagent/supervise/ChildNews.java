package io.lkagent.supervise;

import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.JobStart;
import io.lkagent.process.ExitStatus;
import org.jspecify.annotations.Nullable;

/** What a child's supervisor tells those who gave it work. */
public sealed interface ChildNews {
  /** The process exists. */
  record Spawned(long pid) implements ChildNews {}

  /** One init component ended. */
  record PhaseEnded(FromChild.Phase phase) implements ChildNews {}

  /** It can take a job, {@code initNanos} after it was asked for. */
  record Ready(long initNanos) implements ChildNews {}

  /** It never got this job, which is free for another process. */
  record JobReturned(JobStart job, StopCause cause) implements ChildNews {}

  /** The job's start was sent. */
  record JobSent(JobStart job) implements ChildNews {}

  /** The job's entry point runs. */
  record JobRunning(JobStart job) implements ChildNews {}

  /** What goes on in the room. */
  record JobActivity(JobStart job, int participants, long messages) implements ChildNews {}

  /** It went on without an optional component. */
  record Degraded(String component, String error) implements ChildNews {}

  /** The agent is done and waits for the worker's leave to go. */
  record JobDone(JobStart job, boolean success, String reason) implements ChildNews {}

  /** Its memory passed the soft limit, {@code readings} times since the last word of it. */
  record MemoryHigh(long bytes, long baseline, int readings) implements ChildNews {}

  /** Its memory was read. */
  record MemoryMeasured(long bytes, long baseline) implements ChildNews {}

  /** It is still there some seconds after SIGKILL, which is sent again. */
  record DidNotStop(StopCause cause) implements ChildNews {}

  /**
   * The process ended.
   *
   * @param exit null when the system never started it
   * @param job the job that it held, or null
   * @param ran whether that job's entry point ran; if not, another process can take the job
   */
  record Ended(StopCause cause, @Nullable ExitStatus exit, @Nullable JobStart job, boolean ran)
      implements ChildNews {}

  /** Nothing of it is left, its descendants included. */
  record Cleared() implements ChildNews {}
}
