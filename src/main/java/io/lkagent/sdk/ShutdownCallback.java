package io.lkagent.sdk;

/** Something to do before the process ends: save state, close a connection. */
@FunctionalInterface
public interface ShutdownCallback {
  /**
   * Called once; interrupted when the time that the worker allows is over.
   *
   * @param reason why the process ends, such as {@code room-closed} or {@code drained}
   * @throws Exception is logged, and keeps no other callback from running
   */
  void run(String reason) throws Exception;
}
