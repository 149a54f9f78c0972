package io.lkagent.worker;

import java.time.Duration;

/**
 * One job process as people want to see it.
 *
 * @param number the worker's own number for it
 * @param pid 0 before it exists
 * @param state {@code starting}, {@code idle}, {@code assigned}, {@code running}, {@code
 *     finishing}, {@code stopping}, {@code ended} or {@code unkillable}
 * @param room empty while it has none
 * @param initTime spawn to ready; zero before
 * @param latency assignment to entry point; zero before
 * @param pss proportional set size in bytes, 0 while unknown
 * @param baseline the first reading after ready, 0 while unknown
 * @param participants humans in the room by the agent's word
 * @param messages handled, by the agent's word
 * @param reason why it ended, empty before
 */
public record ProcessRow(
    int number,
    long pid,
    String state,
    String room,
    String jobId,
    String dispatchId,
    Duration initTime,
    Duration latency,
    long pss,
    long baseline,
    int participants,
    long messages,
    String reason) {

  static ProcessRow starting(int number) {
    return new ProcessRow(
        number, 0, "starting", "", "", "", Duration.ZERO, Duration.ZERO, 0, 0, 0, 0, "");
  }

  ProcessRow spawned(long newPid) {
    return new ProcessRow(
        number,
        newPid,
        state,
        room,
        jobId,
        dispatchId,
        initTime,
        latency,
        pss,
        baseline,
        participants,
        messages,
        reason);
  }

  ProcessRow ready(Duration init) {
    return new ProcessRow(
        number,
        pid,
        "idle",
        room,
        jobId,
        dispatchId,
        init,
        latency,
        pss,
        baseline,
        participants,
        messages,
        reason);
  }

  ProcessRow assigned(String itsRoom, String job, String dispatch) {
    return new ProcessRow(
        number,
        pid,
        "assigned",
        itsRoom,
        job,
        dispatch,
        initTime,
        latency,
        pss,
        baseline,
        participants,
        messages,
        reason);
  }

  ProcessRow state(String next) {
    return new ProcessRow(
        number,
        pid,
        next,
        room,
        jobId,
        dispatchId,
        initTime,
        latency,
        pss,
        baseline,
        participants,
        messages,
        reason);
  }

  ProcessRow latency(Duration afterAssignment) {
    return new ProcessRow(
        number,
        pid,
        state,
        room,
        jobId,
        dispatchId,
        initTime,
        afterAssignment,
        pss,
        baseline,
        participants,
        messages,
        reason);
  }

  ProcessRow measured(long bytes, long first) {
    return new ProcessRow(
        number,
        pid,
        state,
        room,
        jobId,
        dispatchId,
        initTime,
        latency,
        bytes,
        first,
        participants,
        messages,
        reason);
  }

  ProcessRow activity(int humans, long handled) {
    return new ProcessRow(
        number,
        pid,
        state,
        room,
        jobId,
        dispatchId,
        initTime,
        latency,
        pss,
        baseline,
        humans,
        handled,
        reason);
  }

  ProcessRow ended(String why) {
    return new ProcessRow(
        number,
        pid,
        "ended",
        room,
        jobId,
        dispatchId,
        initTime,
        latency,
        pss,
        baseline,
        participants,
        messages,
        why);
  }
}
