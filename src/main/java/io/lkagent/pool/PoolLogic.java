package io.lkagent.pool;

import io.lkagent.ipc.JobStart;
import io.lkagent.lifecycle.Machine;
import io.lkagent.lifecycle.Machine.Step;
import io.lkagent.pool.PoolState.Slot;
import io.lkagent.pool.PoolState.Waiting;
import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.StopCause;
import io.lkagent.supervise.StopReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * What a pool does next: hand idle children to waiting jobs, start as many as are wanted and no
 * more at once than the machine bears, and back off when starts fail. Pure but for the jitter's
 * random numbers, which are handed in.
 */
final class PoolLogic {
  private static final long FIRST_BACKOFF = Duration.ofSeconds(1).toNanos();
  private static final long LAST_BACKOFF = Duration.ofSeconds(30).toNanos();

  private final PoolSettings settings;
  private final RandomGenerator random;

  PoolLogic(PoolSettings settings, RandomGenerator random) {
    this.settings = settings;
    this.random = random;
  }

  long wakeAt(PoolState state) {
    long wake = Machine.NEVER;
    for (Waiting waiting : state.waiting()) {
      wake = Math.min(wake, waiting.deadline());
    }
    return wantsIdle(state) > 0 && state.failures() > 0 ? Math.min(wake, state.nextStart()) : wake;
  }

  Step<PoolState, PoolAction> next(PoolState state, PoolEvent event, long now) {
    List<PoolAction> actions = new ArrayList<>();
    PoolState after =
        switch (event) {
          case PoolEvent.Tick tick -> overdue(state, now, actions);
          case PoolEvent.Wanted(JobStart job) ->
              enqueue(state, new Waiting(job, now + settings.jobWait().toNanos()));
          case PoolEvent.Cancelled(String jobId) ->
              state.waiting(
                  state.waiting().stream().filter(w -> !w.job().jobId().equals(jobId)).toList());
          case PoolEvent.ChildSaid(int number, ChildNews news) ->
              childSaid(state, number, news, now, actions);
          case PoolEvent.MachineBusy(boolean busy) -> state.machine(busy);
          case PoolEvent.Closed closed -> state.closed();
        };
    PoolState settled = settle(after, now, actions);
    if (settled.closing() && settled.slots().isEmpty() && settled.waiting().isEmpty()) {
      actions.add(new PoolAction.Empty());
    }
    return new Step<>(settled, actions);
  }

  private static PoolState enqueue(PoolState state, Waiting last) {
    List<Waiting> changed = new ArrayList<>(state.waiting());
    changed.add(last);
    return state.waiting(changed);
  }

  private PoolState overdue(PoolState state, long now, List<PoolAction> actions) {
    List<Waiting> kept = new ArrayList<>();
    for (Waiting waiting : state.waiting()) {
      if (now - waiting.deadline() < 0) {
        kept.add(waiting);
      } else {
        StopCause cause =
            new StopCause(
                StopReason.START_TIMEOUT,
                "no process became free within " + settings.jobWait().toSeconds() + " s");
        actions.add(new PoolAction.FailJob(waiting.job(), cause));
      }
    }
    return state.waiting(kept);
  }

  private PoolState childSaid(
      PoolState state, int number, ChildNews news, long now, List<PoolAction> actions) {
    return switch (news) {
      case ChildNews.Ready ready -> {
        actions.add(new PoolAction.Changed());
        yield state.succeeded(now).with(number, Slot.IDLE);
      }
      case ChildNews.JobReturned(JobStart job, StopCause cause) ->
          returned(state.with(number, Slot.ENDING), job, cause, now, actions);
      case ChildNews.Ended ended -> ended(state, number, ended, now, actions);
      case ChildNews.Cleared cleared -> {
        actions.add(new PoolAction.Forget(number));
        yield state.with(number, null);
      }
      case ChildNews.JobDone done -> state.with(number, Slot.ENDING);
      case ChildNews.Spawned spawned -> state;
      case ChildNews.PhaseEnded phase -> state;
      case ChildNews.JobSent sent -> state;
      case ChildNews.JobRunning running -> state;
      case ChildNews.JobActivity activity -> state;
      case ChildNews.Degraded degraded -> state;
      case ChildNews.MemoryHigh high -> state;
      case ChildNews.MemoryMeasured measured -> state;
      case ChildNews.DidNotStop stuck -> state;
    };
  }

  private PoolState ended(
      PoolState state, int number, ChildNews.Ended ended, long now, List<PoolAction> actions) {
    Slot before = state.slots().getOrDefault(number, Slot.ENDING);
    PoolState after = state.with(number, Slot.ENDING);
    JobStart job = ended.job();
    if (before == Slot.INITIALISING && ended.cause().reason().failure()) {
      after = startFailed(after, ended.cause(), now, actions);
    }
    return job == null || ended.ran() ? after : returned(after, job, ended.cause(), now, actions);
  }

  private PoolState startFailed(
      PoolState state, StopCause cause, long now, List<PoolAction> actions) {
    PoolState after = state.failed(cause, now + backoff(state.failures()));
    actions.add(new PoolAction.Changed());
    if (after.count(Slot.INITIALISING) > 0) {
      return after;
    }
    List<Waiting> kept = new ArrayList<>();
    for (Waiting waiting : after.waiting()) {
      if (after.crashLoop() || waiting.job().attempt() >= settings.jobRetries()) {
        actions.add(new PoolAction.FailJob(waiting.job(), cause));
      } else {
        kept.add(new Waiting(waiting.job().retried(), waiting.deadline()));
      }
    }
    return after.waiting(kept);
  }

  private PoolState returned(
      PoolState state, JobStart job, StopCause cause, long now, List<PoolAction> actions) {
    boolean another = cause.reason().failure() || cause.reason() == StopReason.NOT_NEEDED;
    if (!another || job.attempt() >= settings.jobRetries()) {
      actions.add(new PoolAction.FailJob(job, cause));
      return state;
    }
    return state.queued(new Waiting(job.retried(), now + settings.jobWait().toNanos()));
  }

  private long backoff(int failures) {
    long wait = Math.min(LAST_BACKOFF, FIRST_BACKOFF << Math.min(failures, 10));
    return wait / 2 + random.nextLong(wait / 2 + 1);
  }

  /** Hands out, starts and ends until the state is as it should be. */
  private PoolState settle(PoolState state, long now, List<PoolAction> actions) {
    PoolState settled = handOut(state, actions);
    settled = startWanted(settled, now, actions);
    return endSuperfluous(settled, actions);
  }

  private static PoolState handOut(PoolState state, List<PoolAction> actions) {
    PoolState after = state;
    for (Map.Entry<Integer, Slot> slot : state.slots().entrySet()) {
      if (slot.getValue() == Slot.IDLE && !after.waiting().isEmpty()) {
        actions.add(new PoolAction.Offer(slot.getKey(), after.waiting().getFirst().job()));
        after =
            after
                .waiting(after.waiting().subList(1, after.waiting().size()))
                .with(slot.getKey(), Slot.BUSY);
      }
    }
    return after;
  }

  private PoolState startWanted(PoolState state, long now, List<PoolAction> actions) {
    PoolState after = state;
    while (mayStart(after, now)) {
      actions.add(new PoolAction.Start(after.nextNumber()));
      after = after.started();
    }
    return after;
  }

  private boolean mayStart(PoolState state, long now) {
    int initialising = state.count(Slot.INITIALISING);
    boolean backoff = state.failures() > 0 && now - state.nextStart() < 0;
    if (state.waiting().size() > initialising) {
      return initialising < (state.failures() > 0 ? 1 : settings.maxInitialising());
    }
    int atOnce = state.machineBusy() || state.failures() > 0 ? 1 : settings.maxInitialising();
    return !backoff && wantsIdle(state) > 0 && initialising < atOnce;
  }

  /** How many more processes the idle target wants, those that initialise counted in. */
  private int wantsIdle(PoolState state) {
    return idleTarget(state)
        + state.waiting().size()
        - state.count(Slot.IDLE)
        - state.count(Slot.INITIALISING);
  }

  private int idleTarget(PoolState state) {
    int room = settings.maxJobs() - state.count(Slot.BUSY) - state.waiting().size();
    return state.closing() ? 0 : Math.max(0, Math.min(settings.idle(), room));
  }

  private PoolState endSuperfluous(PoolState state, List<PoolAction> actions) {
    if (!state.closing()) {
      return state;
    }
    PoolState after = state;
    int spare = state.count(Slot.INITIALISING) - state.waiting().size();
    for (Map.Entry<Integer, Slot> slot : state.slots().entrySet()) {
      boolean idle = slot.getValue() == Slot.IDLE;
      boolean unwanted = slot.getValue() == Slot.INITIALISING && spare-- > 0;
      if (idle || unwanted) {
        actions.add(
            new PoolAction.Stop(
                slot.getKey(), new StopCause(StopReason.NOT_NEEDED, "the worker stops")));
        after = after.with(slot.getKey(), Slot.ENDING);
      }
    }
    return after;
  }
}
