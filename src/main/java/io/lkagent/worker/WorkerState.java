package io.lkagent.worker;

import io.lkagent.protocol.WorkerSignal.UpdateWorker;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a worker knows. Times are monotonic nanoseconds.
 *
 * @param jobs each job that is not over, by LiveKit's id, in the order of arrival
 * @param link the connection to the server
 * @param phase serving, draining, or further
 * @param phaseDeadline when the phase ends by itself
 * @param poolFit processes can be started, as far as is known
 * @param load the machine's load from 0 to 1, when load is not counted in jobs
 * @param overloaded that load has been over the threshold for some time
 * @param lastStatus what the server was told last on this connection
 * @param killed job processes that did not end by themselves since the drain began
 * @param ready numbers of the children that were ready and live: one that is killed before it was
 *     ready could not have ended by itself
 */
record WorkerState(
    Map<String, JobEntry> jobs,
    Link link,
    Phase phase,
    long phaseDeadline,
    boolean poolFit,
    float load,
    boolean overloaded,
    @Nullable UpdateWorker lastStatus,
    int killed,
    Set<Integer> ready) {

  /** The connection to the server. */
  sealed interface Link {
    /** Never registered so far. */
    record Unregistered() implements Link {}

    /**
     * Registered.
     *
     * @param devServer true on lkagent's own dev server
     * @param again true when it had been registered before, so that the server has forgotten its
     *     jobs
     */
    record Up(String workerId, boolean devServer, boolean again, long since) implements Link {}

    /** Was registered, and lost the connection. */
    record Down(long since) implements Link {}
  }

  /** How far the worker's own life is. */
  enum Phase {
    SERVING,
    /** No new jobs; running ones have their grace period. */
    DRAINING,
    /** Every process was asked to end. */
    STOPPING,
    /** Every process was killed. */
    KILLING,
    /** Nothing is left, or nothing more can be done. */
    ENDED
  }

  WorkerState {
    jobs = Collections.unmodifiableMap(new LinkedHashMap<>(jobs));
    ready = Set.copyOf(ready);
  }

  static WorkerState initial() {
    return new WorkerState(
        Map.of(), new Link.Unregistered(), Phase.SERVING, 0, true, 0, false, null, 0, Set.of());
  }

  WorkerState with(JobEntry entry) {
    Map<String, JobEntry> changed = new LinkedHashMap<>(jobs);
    changed.put(entry.id(), entry);
    return withJobs(changed);
  }

  WorkerState without(String jobId) {
    Map<String, JobEntry> changed = new LinkedHashMap<>(jobs);
    changed.remove(jobId);
    return withJobs(changed);
  }

  WorkerState withJobs(Map<String, JobEntry> changed) {
    return new WorkerState(
        changed, link, phase, phaseDeadline, poolFit, load, overloaded, lastStatus, killed, ready);
  }

  WorkerState with(Link changed) {
    return new WorkerState(
        jobs, changed, phase, phaseDeadline, poolFit, load, overloaded, null, killed, ready);
  }

  WorkerState enter(Phase next, long deadline) {
    return new WorkerState(
        jobs, link, next, deadline, poolFit, load, overloaded, lastStatus, killed, ready);
  }

  WorkerState fit(boolean fit) {
    return new WorkerState(
        jobs, link, phase, phaseDeadline, fit, load, overloaded, lastStatus, killed, ready);
  }

  WorkerState loaded(float newLoad, boolean over) {
    return new WorkerState(
        jobs, link, phase, phaseDeadline, poolFit, newLoad, over, lastStatus, killed, ready);
  }

  WorkerState said(UpdateWorker status) {
    return new WorkerState(
        jobs, link, phase, phaseDeadline, poolFit, load, overloaded, status, killed, ready);
  }

  WorkerState oneKilled() {
    return new WorkerState(
        jobs, link, phase, phaseDeadline, poolFit, load, overloaded, lastStatus, killed + 1, ready);
  }

  WorkerState ready(int number) {
    Set<Integer> changed = new HashSet<>(ready);
    changed.add(number);
    return withReady(changed);
  }

  WorkerState gone(int number) {
    Set<Integer> changed = new HashSet<>(ready);
    changed.remove(number);
    return withReady(changed);
  }

  private WorkerState withReady(Set<Integer> changed) {
    return new WorkerState(
        jobs, link, phase, phaseDeadline, poolFit, load, overloaded, lastStatus, killed, changed);
  }
}
