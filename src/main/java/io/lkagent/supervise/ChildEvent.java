package io.lkagent.supervise;

import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.JobStart;
import io.lkagent.process.ExitStatus;

/** Something that happens to a child. */
public sealed interface ChildEvent {
  /** Time has passed. */
  record Tick() implements ChildEvent {}

  /** The process exists. */
  record Spawned(long pid) implements ChildEvent {}

  /** The system would not start it. */
  record SpawnFailed(String error) implements ChildEvent {}

  /** The process said something. */
  record Received(FromChild message) implements ChildEvent {}

  /** The process wrote what is not the job protocol. */
  record Garbage(String detail) implements ChildEvent {}

  /** The process's end of the protocol channel was closed, or a write to it failed. */
  record ChannelClosed() implements ChildEvent {}

  /**
   * The process ended.
   *
   * @param oomSuspected the kernel killed for memory in this process's cgroup just now, and this
   *     process is the likely one
   */
  record Exited(ExitStatus status, boolean oomSuspected) implements ChildEvent {}

  /** Nothing is left of its session. */
  record SessionEnded() implements ChildEvent {}

  /** The pool hands it a job. */
  record Offered(JobStart job) implements ChildEvent {}

  /** The worker wants it to end in good order. */
  record StopAsked(StopCause cause) implements ChildEvent {}

  /** The worker wants it to end now. */
  record KillAsked(StopCause cause) implements ChildEvent {}

  /** Its memory was read: the proportional set size in bytes. */
  record MemoryRead(long bytes) implements ChildEvent {}
}
