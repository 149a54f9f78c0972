package io.lkagent.worker;

import io.lkagent.ipc.JobStart;
import io.lkagent.protocol.JobOffer;
import io.lkagent.protocol.WorkerSignal;
import org.jspecify.annotations.Nullable;

/**
 * One job that the worker has said yes to, or is about to, and that is not over. Times are
 * monotonic nanoseconds.
 *
 * @param stage how far it is
 * @param since when this stage began
 * @param receivedMillis when the server asked, since 1970
 * @param acceptedMillis when the worker said yes, since 1970; 0 before
 * @param accept what the server was told, null while the app is asked
 * @param assignedAt when the assignment came, 0 before
 * @param start what its process is told, null before the assignment
 * @param child the number of the child that holds it, 0 while none does
 * @param told the server was told how it ended
 * @param presence what is known of the humans in its room
 */
record JobEntry(
    JobOffer offer,
    Stage stage,
    long since,
    long receivedMillis,
    long acceptedMillis,
    WorkerSignal.@Nullable Accept accept,
    long assignedAt,
    @Nullable JobStart start,
    int child,
    boolean told,
    Presence presence) {

  /** How far a job is. */
  enum Stage {
    /** The app was asked whether it takes it; the server waits. */
    ASKING,
    /** The server was told yes; its assignment is awaited. */
    ACCEPTED,
    /** Assigned, and waiting for a process to say running. */
    LAUNCHING,
    /** The entry point runs. */
    RUNNING,
    /** Its process was asked to end. */
    ENDING
  }

  static JobEntry asking(JobOffer offer, long now, long millis) {
    return new JobEntry(
        offer, Stage.ASKING, now, millis, 0, null, 0, null, 0, false, Presence.unknown());
  }

  JobEntry accepted(WorkerSignal.Accept yes, long now, long millis) {
    return new JobEntry(
        offer, Stage.ACCEPTED, now, receivedMillis, millis, yes, 0, null, 0, false, presence);
  }

  String id() {
    return offer.id();
  }

  JobEntry assigned(JobStart job, long now) {
    return new JobEntry(
        offer,
        Stage.LAUNCHING,
        now,
        receivedMillis,
        acceptedMillis,
        accept,
        now,
        job,
        0,
        told,
        presence);
  }

  JobEntry handedTo(int number) {
    return new JobEntry(
        offer,
        stage,
        since,
        receivedMillis,
        acceptedMillis,
        accept,
        assignedAt,
        start,
        number,
        told,
        presence);
  }

  JobEntry running(int number, long now) {
    return new JobEntry(
        offer,
        Stage.RUNNING,
        now,
        receivedMillis,
        acceptedMillis,
        accept,
        assignedAt,
        start,
        number,
        told,
        presence);
  }

  JobEntry ending(long now) {
    return new JobEntry(
        offer,
        Stage.ENDING,
        now,
        receivedMillis,
        acceptedMillis,
        accept,
        assignedAt,
        start,
        child,
        true,
        presence);
  }

  JobEntry seen(Presence changed) {
    return new JobEntry(
        offer,
        stage,
        since,
        receivedMillis,
        acceptedMillis,
        accept,
        assignedAt,
        start,
        child,
        told,
        changed);
  }
}
