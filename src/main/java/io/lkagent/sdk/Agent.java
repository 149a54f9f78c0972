package io.lkagent.sdk;

/**
 * A program that serves one room: lkagent makes one of it in a process of its own, loads what it
 * needs ahead of time, and runs its entry point when a room wants it. That process serves no other
 * room.
 *
 * <p>An implementation is public and has a public constructor without parameters.
 */
public interface Agent {
  /**
   * Declares what to load before a room can be served. Called once, before any job; the loading
   * itself belongs into the components, so that it runs in parallel and is measured.
   *
   * @throws Exception to say that this process cannot serve any room; it then ends
   */
  default void init(Init init) throws Exception {}

  /**
   * The entry point: serves the room until it closes. Called once in a process's life, on a thread
   * of its own. The job ends when this returns, when {@link JobContext#shutdown} is called, or when
   * the worker or the room ends it; {@link JobContext#awaitEnd()} waits for the latter.
   *
   * @throws Exception to end the job as failed; shutdown callbacks run all the same
   */
  void run(JobContext job) throws Exception;
}
