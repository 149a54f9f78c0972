package io.lkagent.worker;

import io.lkagent.frameworks.Answer;
import io.lkagent.ipc.JobStart;
import io.lkagent.protocol.ServerSignal;
import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.StopCause;
import java.util.Map;
import java.util.Set;

/** Something that happens to a worker. */
sealed interface WorkerEvent {
  /** Time has passed. */
  record Tick() implements WorkerEvent {}

  /** The worker is registered. */
  record LinkUp(String workerId, boolean devServer) implements WorkerEvent {}

  /** The connection is gone. */
  record LinkDown() implements WorkerEvent {}

  /**
   * The server said something.
   *
   * @param url the server's, for assignments that name none
   * @param millis when it was heard, since 1970
   */
  record Signal(ServerSignal signal, String url, long millis) implements WorkerEvent {}

  /** The app has answered for a job; {@code millis} since 1970. */
  record AppAnswered(String jobId, Answer answer, long millis) implements WorkerEvent {}

  /** A child's supervisor reports. */
  record ChildSaid(int number, ChildNews news) implements WorkerEvent {}

  /** No process could be had for a job. */
  record Unplaced(JobStart job, StopCause cause) implements WorkerEvent {}

  /** Whether processes can be started. */
  record PoolFit(boolean fit) implements WorkerEvent {}

  /** No process is left. */
  record PoolEmpty() implements WorkerEvent {}

  /** The server's list of the rooms that were asked for. */
  record RoomsListed(Set<String> asked, Map<String, ListedRoom> found) implements WorkerEvent {}

  /** The machine's load from 0 to 1. */
  record LoadRead(float load, boolean overloaded) implements WorkerEvent {}

  /** Finish the running jobs, then end. */
  record Drain() implements WorkerEvent {}

  /** End now. */
  record Force() implements WorkerEvent {}

  /** A room in the server's list, and the humans in it. */
  record ListedRoom(String sid, int humans) {}
}
