package io.lkagent.worker;

import java.time.Duration;

/**
 * One job process as people want to see it.
 *
 * @param number the worker's own number for it
 * @param pid 0 before it exists
 * @param state {@code starting}, {@code idle}, {@code assigned}, {@code running}, {@code
 *     finishing}, {@code stopping}, {@code ended} or {@code unkillable}
 * @param initTime spawn to ready; zero before
 * @param memory its readings
 * @param job empty names while it has none
 * @param reason why it ended, empty before
 */
public record ProcessRow(
    int number, long pid, String state, Duration initTime, Memory memory, Job job, String reason) {

  /**
   * Proportional set sizes in bytes, 0 while unknown.
   *
   * @param first the reading after ready
   */
  private record Memory(long now, long first) {}

  /**
   * The job.
   *
   * @param latency assignment to entry point; zero before
   * @param participants humans in the room by the agent's word
   * @param messages handled, by the agent's word
   */
  private record Job(
      String room,
      String id,
      String dispatchId,
      Duration latency,
      int participants,
      long messages) {
    static final Job NONE = new Job("", "", "", Duration.ZERO, 0, 0);
  }

  static ProcessRow starting(int number) {
    return new ProcessRow(number, 0, "starting", Duration.ZERO, new Memory(0, 0), Job.NONE, "");
  }

  ProcessRow spawned(long newPid) {
    return new ProcessRow(number, newPid, state, initTime, memory, job, reason);
  }

  ProcessRow ready(Duration init) {
    return new ProcessRow(number, pid, "idle", init, memory, job, reason);
  }

  ProcessRow assigned(String room, String jobId, String dispatchId) {
    Job its = new Job(room, jobId, dispatchId, Duration.ZERO, 0, 0);
    return new ProcessRow(number, pid, "assigned", initTime, memory, its, reason);
  }

  ProcessRow state(String next) {
    return new ProcessRow(number, pid, next, initTime, memory, job, reason);
  }

  ProcessRow latency(Duration afterAssignment) {
    return with(
        new Job(job.room, job.id, job.dispatchId, afterAssignment, job.participants, job.messages));
  }

  ProcessRow activity(int humans, long handled) {
    return with(new Job(job.room, job.id, job.dispatchId, job.latency, humans, handled));
  }

  private ProcessRow with(Job next) {
    return new ProcessRow(number, pid, state, initTime, memory, next, reason);
  }

  ProcessRow measured(long bytes, long first) {
    return new ProcessRow(number, pid, state, initTime, new Memory(bytes, first), job, reason);
  }

  ProcessRow ended(String why) {
    return new ProcessRow(number, pid, "ended", initTime, memory, job, why);
  }

  /** Empty while it has none, as are the job's and the dispatch's id. */
  public String room() {
    return job.room;
  }

  public String jobId() {
    return job.id;
  }

  public String dispatchId() {
    return job.dispatchId;
  }

  /** Assignment to entry point; zero before. */
  public Duration latency() {
    return job.latency;
  }

  /** The proportional set size in bytes, 0 while unknown. */
  public long pss() {
    return memory.now;
  }

  /** The first reading of it after ready, 0 while unknown. */
  public long baseline() {
    return memory.first;
  }

  /** Humans in the room, by the agent's word. */
  public int participants() {
    return job.participants;
  }

  /** Messages handled, by the agent's word. */
  public long messages() {
    return job.messages;
  }
}
