package io.lkagent.worker;

import io.lkagent.supervise.ChildNews;

/** Hears a worker's event stream; called on the worker's threads, must not block. */
public interface WorkerListener {
  /** Something about a job or the worker itself. */
  void news(WorkerNews news);

  /** Something about a process; {@code row} as it is after it. */
  void process(ProcessRow row, ChildNews news);

  /** Hears nothing. */
  static WorkerListener none() {
    return new WorkerListener() {
      @Override
      public void news(WorkerNews news) {}

      @Override
      public void process(ProcessRow row, ChildNews news) {}
    };
  }
}
