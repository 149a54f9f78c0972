package io.lkagent.worker;

import io.lkagent.protocol.JobOffer;
import io.lkagent.protocol.WorkerSignal;
import io.lkagent.protocol.WorkerSignal.JobResult;
import io.lkagent.supervise.StopCause;
import io.lkagent.worker.JobEntry.Stage;
import java.time.Duration;
import java.util.List;

/** A job's end by the worker's own decision, in whatever stage the job is. Pure. */
final class JobEnd {
  private JobEnd() {}

  /** Ends a job in whatever stage it is; the server hears of it before the agent leaves. */
  static WorkerState end(
      WorkerState state,
      JobEntry entry,
      StopCause cause,
      boolean success,
      long now,
      List<WorkerAction> actions) {
    String room = entry.offer().room().name();
    WorkerSignal told =
        new WorkerSignal.UpdateJob(
            entry.id(),
            success ? JobResult.SUCCESS : JobResult.FAILED,
            success ? "" : cause.words());
    return switch (entry.stage()) {
      case ENDING -> state;
      case ASKING ->
          declined(state.without(entry.id()), entry.offer(), cause.reason().text(), actions);
      case ACCEPTED -> state.without(entry.id());
      case LAUNCHING, RUNNING -> {
        if (entry.child() == 0) {
          actions.add(new WorkerAction.Unplace(entry.id()));
          actions.add(new WorkerAction.Say(told));
          actions.add(
              new WorkerAction.Tell(
                  new WorkerNews.Ended(entry.id(), room, 0, success, cause, Duration.ZERO)));
          yield state.without(entry.id());
        }
        actions.add(
            new WorkerAction.Tell(new WorkerNews.Ending(entry.id(), room, entry.child(), cause)));
        actions.add(new WorkerAction.SayThenStop(told, entry.child(), cause));
        yield state.with(entry.ending(entry.stage() == Stage.RUNNING ? entry.since() : now));
      }
    };
  }

  /** Says no: the server asks the next worker. */
  static WorkerState declined(
      WorkerState state, JobOffer offer, String reason, List<WorkerAction> actions) {
    actions.add(new WorkerAction.Say(new WorkerSignal.Decline(offer.id())));
    return refused(state, offer, reason, actions);
  }

  /** Notes why a job was not taken; the server hears it in other ways. */
  static WorkerState refused(
      WorkerState state, JobOffer offer, String reason, List<WorkerAction> actions) {
    actions.add(
        new WorkerAction.Tell(new WorkerNews.Refused(offer.id(), offer.room().name(), reason)));
    return state;
  }
}
