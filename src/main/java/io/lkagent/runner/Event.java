package io.lkagent.runner;

import io.lkagent.ipc.JobStart;
import io.lkagent.ipc.ToChild;
import org.jspecify.annotations.Nullable;

/** Something that the owner of a job process's life has to know. */
sealed interface Event {
  record FromWorker(ToChild message) implements Event {}

  /** The worker is gone, or what it sent cannot be followed any more. */
  record ChannelClosed() implements Event {}

  /** The critical part of the initialisation is over; {@code failure} is null when it succeeded. */
  record Initialised(@Nullable String failure) implements Event {}

  /** The job has begun; {@code entryPoint} runs the agent. */
  record JobBegun(Job job, JobStart start, Thread entryPoint) implements Event {}

  /** The entry point has returned, or thrown. */
  record EntryPointEnded(@Nullable Throwable thrown) implements Event {}

  /** The room or the agent has ended the job. */
  record JobEnded(boolean success, String reason) implements Event {}

  /** What the worker was told about the room is out of date. */
  record ActivityChanged() implements Event {}

  record CallbacksEnded() implements Event {}
}
