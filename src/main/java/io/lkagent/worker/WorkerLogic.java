package io.lkagent.worker;

import io.lkagent.frameworks.Answer;
import io.lkagent.ipc.JobStart;
import io.lkagent.lifecycle.Machine;
import io.lkagent.lifecycle.Machine.Step;
import io.lkagent.process.ExitStatus;
import io.lkagent.protocol.ServerSignal;
import io.lkagent.protocol.WorkerSignal;
import io.lkagent.protocol.WorkerSignal.JobResult;
import io.lkagent.protocol.WorkerSignal.UpdateWorker;
import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.StopCause;
import io.lkagent.supervise.StopReason;
import io.lkagent.worker.JobEntry.Stage;
import io.lkagent.worker.WorkerState.Link;
import io.lkagent.worker.WorkerState.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What a worker does next: follows each job to its end, and drains; what it takes is {@link
 * Admission}'s to decide. Pure.
 */
final class WorkerLogic {
  /** Lists in a row that a room is missing from before it counts as gone. */
  private static final int ABSENCES = 2;

  /**
   * After a reconnect agents come back to their rooms by themselves; until then lists prove
   * nothing.
   */
  private static final long REJOIN = Duration.ofSeconds(10).toNanos();

  /** What SIGKILL and the end of a session may take on top. */
  private static final long KILL_GRACE = Duration.ofSeconds(15).toNanos();

  /** Reported loads stay this much under the server's target, because at the target it stops. */
  private static final float MARGIN = 0.98f;

  private final WorkerRules rules;
  private final Admission admission;

  WorkerLogic(WorkerRules rules) {
    this.rules = rules;
    this.admission = new Admission(rules);
  }

  /** The status that the server should know of. */
  UpdateWorker status(WorkerState state) {
    int jobs = state.jobs().size();
    boolean available =
        state.phase() == Phase.SERVING
            && state.poolFit()
            && !state.overloaded()
            && jobs < rules.maxJobs();
    float share =
        rules.loadByJobs() ? (float) jobs / rules.maxJobs() : state.load() / rules.loadThreshold();
    float load = Math.clamp(share, 0f, 1f) * rules.loadThreshold() * MARGIN;
    return new UpdateWorker(available, load, jobs);
  }

  long wakeAt(WorkerState state) {
    long wake = state.phase() == Phase.SERVING ? Machine.NEVER : state.phaseDeadline();
    for (JobEntry job : state.jobs().values()) {
      wake = Math.min(wake, due(job));
    }
    return wake;
  }

  private long due(JobEntry job) {
    return switch (job.stage()) {
      case ASKING -> job.since() + rules.answerTimeout().toNanos();
      case ACCEPTED -> job.since() + rules.assignmentTimeout().toNanos();
      case RUNNING -> job.presence().emptyUntil(rules.idleTimeout());
      case LAUNCHING, ENDING -> Machine.NEVER;
    };
  }

  Step<WorkerState, WorkerAction> next(WorkerState state, WorkerEvent event, long now) {
    List<WorkerAction> actions = new ArrayList<>();
    WorkerState after =
        switch (event) {
          case WorkerEvent.Tick tick -> tick(state, now, actions);
          case WorkerEvent.LinkUp up -> linkUp(state, up, now, actions);
          case WorkerEvent.LinkDown down -> linkDown(state, now, actions);
          case WorkerEvent.Signal signal -> signal(state, signal, now, actions);
          case WorkerEvent.AppAnswered(String jobId, Answer answer, long millis) ->
              admission.answered(state, jobId, answer, now, millis, actions);
          case WorkerEvent.ChildSaid(int number, ChildNews news) ->
              childSaid(state, number, news, now, actions);
          case WorkerEvent.Unplaced(JobStart job, StopCause cause) ->
              unplaced(state, job, cause, actions);
          case WorkerEvent.PoolFit(boolean fit) -> state.fit(fit);
          case WorkerEvent.PoolEmpty empty -> poolEmpty(state, actions);
          case WorkerEvent.RoomsListed(var asked, var found) ->
              roomsListed(state, asked, found, now, actions);
          case WorkerEvent.LoadRead(float load, boolean overloaded) ->
              state.loaded(load, overloaded);
          case WorkerEvent.Drain drain -> drain(state, now, actions);
          case WorkerEvent.Force force -> force(state, now, actions);
        };
    after = settled(after, now, actions);
    return new Step<>(reported(state, after, actions), actions);
  }

  // The server's word

  private WorkerState signal(
      WorkerState state, WorkerEvent.Signal event, long now, List<WorkerAction> actions) {
    return switch (event.signal()) {
      case ServerSignal.AvailabilityAsked asked ->
          admission.asked(state, asked, now, event.millis(), actions);
      case ServerSignal.Assigned assigned ->
          admission.assigned(state, assigned, event, now, actions);
      case ServerSignal.Terminated(String jobId) -> terminated(state, jobId, now, actions);
      case ServerSignal.Registered registered -> state;
      case ServerSignal.Ponged pong -> state;
    };
  }

  private WorkerState terminated(
      WorkerState state, String jobId, long now, List<WorkerAction> actions) {
    JobEntry entry = state.jobs().get(jobId);
    return entry == null
        ? state
        : JobEnd.end(
            state,
            entry,
            new StopCause(StopReason.TERMINATED, "by the server"),
            true,
            now,
            actions);
  }

  // The link

  private static WorkerState linkUp(
      WorkerState state, WorkerEvent.LinkUp up, long now, List<WorkerAction> actions) {
    boolean again = !(state.link() instanceof Link.Unregistered);
    actions.add(new WorkerAction.Tell(new WorkerNews.Registered(up.workerId(), again)));
    List<String> running =
        state.jobs().values().stream()
            .filter(job -> job.stage() == Stage.LAUNCHING || job.stage() == Stage.RUNNING)
            .map(JobEntry::id)
            .toList();
    if (!running.isEmpty()) {
      // livekit-server itself makes nothing of it; a server that can move jobs learns whose they
      // are.
      actions.add(new WorkerAction.Say(new WorkerSignal.StillRunning(running)));
    }
    return state.with(new Link.Up(up.workerId(), up.devServer(), again, now));
  }

  private static WorkerState linkDown(WorkerState state, long now, List<WorkerAction> actions) {
    WorkerState after = state;
    for (JobEntry job : state.jobs().values()) {
      if (job.stage() == Stage.ACCEPTED || job.stage() == Stage.ASKING) {
        after = after.without(job.id());
      }
    }
    if (state.link() instanceof Link.Up) {
      actions.add(new WorkerAction.Tell(new WorkerNews.Disconnected()));
      return after.with(new Link.Down(now));
    }
    return after;
  }

  // The children's word

  private WorkerState childSaid(
      WorkerState state, int number, ChildNews news, long now, List<WorkerAction> actions) {
    return switch (news) {
      case ChildNews.JobSent(JobStart job) -> handed(state, number, job);
      case ChildNews.JobRunning(JobStart job) -> running(state, number, job, now, actions);
      case ChildNews.JobActivity(JobStart job, int participants, long messages) ->
          seen(state, job.jobId(), participants, now);
      case ChildNews.JobDone(JobStart job, boolean success, String reason) ->
          done(state, number, job, success, reason, now, actions);
      case ChildNews.Ended ended -> childEnded(state, number, ended, now, actions);
      case ChildNews.JobReturned(JobStart job, StopCause cause) ->
          retried(state, job, cause, actions);
      case ChildNews.Spawned spawned -> state;
      case ChildNews.PhaseEnded phase -> state;
      case ChildNews.Ready ready -> state.ready(number);
      case ChildNews.Degraded degraded -> state;
      case ChildNews.MemoryHigh high -> state;
      case ChildNews.MemoryMeasured measured -> state;
      case ChildNews.DidNotStop stuck -> state;
      case ChildNews.Cleared cleared -> state;
    };
  }

  private static WorkerState handed(WorkerState state, int number, JobStart job) {
    JobEntry entry = state.jobs().get(job.jobId());
    return entry == null ? state : state.with(entry.handedTo(number));
  }

  private WorkerState running(
      WorkerState state, int number, JobStart job, long now, List<WorkerAction> actions) {
    JobEntry entry = state.jobs().get(job.jobId());
    if (entry == null || entry.stage() != Stage.LAUNCHING) {
      // Ended while it was being launched: this process has nothing to serve.
      StopCause cause = new StopCause(StopReason.TERMINATED, "ended before it ran");
      actions.add(
          new WorkerAction.SayThenStop(
              new WorkerSignal.UpdateJob(job.jobId(), JobResult.SUCCESS, ""), number, cause));
      return state;
    }
    Duration after = Duration.ofNanos(now - entry.assignedAt());
    actions.add(
        new WorkerAction.Tell(
            new WorkerNews.Running(job.jobId(), job.room().name(), number, after)));
    return state.with(entry.running(number, now));
  }

  private static WorkerState seen(WorkerState state, String jobId, int humans, long now) {
    JobEntry entry = state.jobs().get(jobId);
    return entry == null ? state : state.with(entry.seen(entry.presence().reported(humans, now)));
  }

  private WorkerState done(
      WorkerState state,
      int number,
      JobStart job,
      boolean success,
      String reason,
      long now,
      List<WorkerAction> actions) {
    JobEntry entry = state.jobs().get(job.jobId());
    StopCause cause = new StopCause(success ? StopReason.JOB_DONE : StopReason.JOB_FAILED, reason);
    if (entry == null) {
      return state;
    }
    return JobEnd.end(state, entry.handedTo(number), cause, success, now, actions);
  }

  private WorkerState childEnded(
      WorkerState state, int number, ChildNews.Ended ended, long now, List<WorkerAction> actions) {
    boolean killedByUs =
        ended.exit() instanceof ExitStatus.Signalled(int signal, String _)
            && signal == 9
            && ended.cause().reason() != StopReason.OOM
            && ended.cause().reason() != StopReason.CRASHED;
    boolean counts = killedByUs && state.phase() != Phase.SERVING && state.ready().contains(number);
    WorkerState after = (counts ? state.oneKilled() : state).gone(number);
    JobStart job = ended.job();
    if (job == null) {
      return after;
    }
    JobEntry entry = after.jobs().get(job.jobId());
    if (entry == null) {
      return after;
    }
    if (!ended.ran() && entry.stage() == Stage.LAUNCHING) {
      return retried(after, job, ended.cause(), actions);
    }
    if (!ended.ran()) {
      actions.add(new WorkerAction.Unplace(job.jobId()));
    }
    boolean success =
        !ended.cause().reason().failure() && ended.cause().reason() != StopReason.JOB_FAILED;
    if (!entry.told()) {
      actions.add(
          new WorkerAction.Say(
              new WorkerSignal.UpdateJob(
                  job.jobId(),
                  success ? JobResult.SUCCESS : JobResult.FAILED,
                  success ? "" : ended.cause().words())));
    }
    boolean ran = entry.stage() == Stage.RUNNING || entry.stage() == Stage.ENDING;
    Duration served = ran ? Duration.ofNanos(now - entry.since()) : Duration.ZERO;
    actions.add(
        new WorkerAction.Tell(
            new WorkerNews.Ended(
                job.jobId(), job.room().name(), number, success, ended.cause(), served)));
    return after.without(job.jobId());
  }

  private WorkerState retried(
      WorkerState state, JobStart job, StopCause cause, List<WorkerAction> actions) {
    JobEntry entry = state.jobs().get(job.jobId());
    if (entry == null || entry.stage() != Stage.LAUNCHING) {
      actions.add(new WorkerAction.Unplace(job.jobId()));
      return state;
    }
    if (state.phase() == Phase.KILLING) {
      // No other process any more: one that was started now would be missed by the kill.
      actions.add(new WorkerAction.Unplace(job.jobId()));
      return unplaced(state, job, cause, actions);
    }
    actions.add(
        new WorkerAction.Tell(new WorkerNews.Retried(job.jobId(), job.room().name(), cause)));
    return state.with(entry.handedTo(0));
  }

  private WorkerState unplaced(
      WorkerState state, JobStart job, StopCause cause, List<WorkerAction> actions) {
    if (!state.jobs().containsKey(job.jobId())) {
      return state;
    }
    actions.add(
        new WorkerAction.Say(
            new WorkerSignal.UpdateJob(job.jobId(), JobResult.FAILED, cause.words())));
    actions.add(
        new WorkerAction.Tell(
            new WorkerNews.Ended(job.jobId(), job.room().name(), 0, false, cause, Duration.ZERO)));
    return state.without(job.jobId());
  }

  // Rooms and time

  private WorkerState roomsListed(
      WorkerState state,
      Set<String> asked,
      Map<String, WorkerEvent.ListedRoom> found,
      long now,
      List<WorkerAction> actions) {
    WorkerState after = state;
    boolean settledLink =
        state.link() instanceof Link.Up up && (!up.again() || now - up.since() > REJOIN);
    for (JobEntry job : state.jobs().values()) {
      String name = job.offer().room().name();
      if (job.stage() != Stage.RUNNING || !asked.contains(name)) {
        continue;
      }
      WorkerEvent.ListedRoom room = found.get(name);
      if (room == null || !room.sid().equals(job.offer().room().sid())) {
        Presence absent = settledLink ? job.presence().absent() : job.presence();
        after = after.with(job.seen(absent));
        if (absent.absences() >= ABSENCES) {
          StopCause cause = new StopCause(StopReason.ROOM_CLOSED, "the server no longer lists it");
          after = JobEnd.end(after, job, cause, true, now, actions);
        }
      } else {
        after = after.with(job.seen(job.presence().listed(room.humans(), now)));
      }
    }
    return after;
  }

  private WorkerState tick(WorkerState state, long now, List<WorkerAction> actions) {
    WorkerState after = state;
    for (JobEntry job : state.jobs().values()) {
      if (due(job) == Machine.NEVER || now - due(job) < 0) {
        continue;
      }
      if (job.stage() == Stage.ASKING) {
        after = JobEnd.declined(after.without(job.id()), job.offer(), "app-silent", actions);
      } else if (job.stage() == Stage.ACCEPTED) {
        actions.add(
            new WorkerAction.Tell(
                new WorkerNews.AssignmentMissed(job.id(), job.offer().room().name())));
        after = after.without(job.id());
      } else if (job.presence().fresh(now)) {
        StopCause cause =
            new StopCause(
                StopReason.IDLE_TIMEOUT,
                "no human in the room for " + rules.idleTimeout().toSeconds() + " s");
        after = JobEnd.end(after, job, cause, true, now, actions);
      } else {
        // Nobody knows who is in the room now: wait for word rather than leave a human alone.
        after = after.with(job.seen(Presence.unknown()));
      }
    }
    return after;
  }

  // The worker's own end

  private WorkerState drain(WorkerState state, long now, List<WorkerAction> actions) {
    if (state.phase() != Phase.SERVING) {
      return force(state, now, actions);
    }
    WorkerState after = state;
    for (JobEntry job : state.jobs().values()) {
      if (job.stage() == Stage.ASKING) {
        // The next worker is asked the sooner.
        after = JobEnd.declined(after.without(job.id()), job.offer(), "draining", actions);
      }
    }
    actions.add(new WorkerAction.Tell(new WorkerNews.Draining(after.jobs().size())));
    actions.add(new WorkerAction.ClosePool());
    return after.enter(Phase.DRAINING, now + rules.drainTimeout().toNanos());
  }

  private WorkerState force(WorkerState state, long now, List<WorkerAction> actions) {
    if (state.phase() == Phase.KILLING || state.phase() == Phase.ENDED) {
      return state;
    }
    StopCause cause = new StopCause(StopReason.FORCED, "the worker was told to stop at once");
    actions.add(new WorkerAction.Tell(new WorkerNews.Killing(state.jobs().size())));
    actions.add(new WorkerAction.ClosePool());
    WorkerState after = state;
    for (JobEntry job : state.jobs().values()) {
      // A job that no process holds yet would be given a new one behind our back.
      if (job.child() == 0) {
        after = JobEnd.end(after, job, cause, false, now, actions);
      }
    }
    actions.add(new WorkerAction.KillAll(cause));
    return after.enter(Phase.KILLING, now + KILL_GRACE);
  }

  private static WorkerState poolEmpty(WorkerState state, List<WorkerAction> actions) {
    boolean leaving = state.phase() != Phase.SERVING && state.phase() != Phase.ENDED;
    if (!leaving || !state.jobs().isEmpty()) {
      return state;
    }
    actions.add(new WorkerAction.Tell(new WorkerNews.Stopped(state.killed(), 0)));
    return state.enter(Phase.ENDED, Machine.NEVER);
  }

  /** Moves the worker's own end along once its time has come. */
  private WorkerState settled(WorkerState state, long now, List<WorkerAction> actions) {
    boolean late = now - state.phaseDeadline() >= 0;
    return switch (state.phase()) {
      case SERVING, ENDED -> state;
      case DRAINING -> late ? stopAll(state, now, actions) : state;
      case STOPPING -> late ? force(state, now, actions) : state;
      case KILLING -> {
        if (!late) {
          yield state;
        }
        actions.add(
            new WorkerAction.Tell(new WorkerNews.Stopped(state.killed(), state.jobs().size())));
        yield state.enter(Phase.ENDED, Machine.NEVER);
      }
    };
  }

  private WorkerState stopAll(WorkerState state, long now, List<WorkerAction> actions) {
    actions.add(new WorkerAction.Tell(new WorkerNews.Stopping(state.jobs().size())));
    StopCause cause = new StopCause(StopReason.DRAINED, "the drain's time was over");
    WorkerState after = state;
    for (JobEntry job : state.jobs().values()) {
      after = JobEnd.end(after, job, cause, true, now, actions);
    }
    actions.add(new WorkerAction.StopAll(cause));
    return after.enter(Phase.STOPPING, now + rules.shutdownTimeout().toNanos() + KILL_GRACE);
  }

  /** Tells the server when what it should know has changed. */
  private WorkerState reported(WorkerState before, WorkerState after, List<WorkerAction> actions) {
    UpdateWorker old = status(before);
    UpdateWorker now = status(after);
    if (old.available() != now.available()) {
      actions.add(
          new WorkerAction.Tell(new WorkerNews.Capacity(now.available(), after.jobs().size())));
    }
    boolean linked = after.link() instanceof Link.Up;
    if (!linked || Objects.equals(after.lastStatus(), now)) {
      return after;
    }
    // FULL goes out before any answer of the same step, so that no yes can overtake it.
    actions.addFirst(new WorkerAction.Say(now));
    return after.said(now);
  }
}
