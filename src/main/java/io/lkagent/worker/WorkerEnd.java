package io.lkagent.worker;

/** How a worker ended. */
public sealed interface WorkerEnd {
  /**
   * It was asked to end.
   *
   * @param killed processes that had to be killed
   * @param left processes that even SIGKILL did not end
   */
  record Stopped(int killed, int left) implements WorkerEnd {}

  /** It could not stay registered. */
  record GaveUp(boolean refused, String message) implements WorkerEnd {}
}
