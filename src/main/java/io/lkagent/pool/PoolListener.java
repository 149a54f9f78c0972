package io.lkagent.pool;

import io.lkagent.ipc.JobStart;
import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.StopCause;
import io.lkagent.supervise.Supervisor;

/** Hears what a pool and its children do; called on their threads, must not block. */
public interface PoolListener {
  /** A child's supervisor reports. */
  void childSaid(int number, Supervisor child, ChildNews news);

  /** No process could be had for this job. */
  void jobFailed(JobStart job, StopCause cause);

  /** The pool's state changed in a way that the worker's status may depend on. */
  void poolChanged();

  /** No process is left, and no job waits for one. */
  void poolEmpty();
}
