package io.lkagent.pool;

import io.lkagent.ipc.JobStart;
import io.lkagent.supervise.ChildNews;

/** Something that happens to a pool. */
sealed interface PoolEvent {
  /** Time has passed. */
  record Tick() implements PoolEvent {}

  /** A job needs a process. */
  record Wanted(JobStart job) implements PoolEvent {}

  /** A waiting job needs none any more. */
  record Cancelled(String jobId) implements PoolEvent {}

  /** A child's supervisor reports. */
  record ChildSaid(int number, ChildNews news) implements PoolEvent {}

  /** The machine became busy, or has time to spare again. */
  record MachineBusy(boolean busy) implements PoolEvent {}

  /** Keep no idle process any more. */
  record Closed() implements PoolEvent {}
}
