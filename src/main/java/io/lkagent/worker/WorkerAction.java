package io.lkagent.worker;

import io.lkagent.ipc.JobStart;
import io.lkagent.protocol.JobOffer;
import io.lkagent.protocol.WorkerSignal;
import io.lkagent.supervise.StopCause;

/** Something that a worker wants done. */
sealed interface WorkerAction {
  /** Tell the server. */
  record Say(WorkerSignal signal) implements WorkerAction {}

  /** Tell the server, and once that is on its way, ask the child to end. */
  record SayThenStop(WorkerSignal signal, int child, StopCause cause) implements WorkerAction {}

  /** Ask the app whether it takes a job. */
  record Ask(JobOffer job, boolean resuming) implements WorkerAction {}

  /** Find a process for a job. */
  record Place(JobStart job) implements WorkerAction {}

  /** A job that waits for a process needs none any more. */
  record Unplace(String jobId) implements WorkerAction {}

  /** Keep no idle processes. */
  record ClosePool() implements WorkerAction {}

  /** Ask every process to end. */
  record StopAll(StopCause cause) implements WorkerAction {}

  /** Kill every process. */
  record KillAll(StopCause cause) implements WorkerAction {}

  /** Tell logs, metrics and whoever listens. */
  record Tell(WorkerNews news) implements WorkerAction {}
}
