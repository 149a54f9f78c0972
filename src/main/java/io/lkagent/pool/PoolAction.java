package io.lkagent.pool;

import io.lkagent.ipc.JobStart;
import io.lkagent.supervise.StopCause;

/** Something that a pool wants done. */
sealed interface PoolAction {
  /** Start a child with this number. */
  record Start(int number) implements PoolAction {}

  /** Hand a job to an idle child. */
  record Offer(int number, JobStart job) implements PoolAction {}

  /** End a child in good order. */
  record Stop(int number, StopCause cause) implements PoolAction {}

  /** Forget a child of which nothing is left. */
  record Forget(int number) implements PoolAction {}

  /** Tell the worker that a job gets no process. */
  record FailJob(JobStart job, StopCause cause) implements PoolAction {}

  /** Tell the worker that the pool's fitness may have changed. */
  record Changed() implements PoolAction {}

  /** Tell the worker that no process is left. */
  record Empty() implements PoolAction {}
}
