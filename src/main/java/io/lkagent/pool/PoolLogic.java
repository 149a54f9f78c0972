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
import org.jspecify.annotations.Nullable;

/**
 * What a pool does next: hand idle children to waiting jobs, start as many as are wanted and no
 * more at once than the machine bears, not beside jobs that just begin, and back off when starts
 * fail. Pure but for the jitter's random numbers, which are handed in.
 */
final class PoolLogic {
  /** Half of a wait is chance, so that the shortest is a second. */
  private static final long FIRST_BACKOFF = Duration.ofSeconds(2).toNanos();

  private static final long LAST_BACKOFF = Duration.ofSeconds(30).toNanos();

  /**
   * From the first job that a full pool hands out until it fills up again: a new process would take
   * the machine's time from the jobs that begin, and callers wait for those.
   */
  private static final long REFILL = Duration.ofSeconds(1).toNanos();

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
    if (state.refillAt() != null) {
      return Math.min(wake, state.refillAt());
    }
    // While one initialises, its end is what the next start waits for.
    boolean backoffEnds =
        wantsIdle(state) > 0 && state.backingOff() && state.count(Slot.INITIALISING) == 0;
    return backoffEnds ? Math.min(wake, state.nextStart()) : wake;
  }

  Step<PoolState, PoolAction> next(PoolState state, PoolEvent event, long now) {
    List<PoolAction> actions = new ArrayList<>();
    PoolState after =
        switch (event) {
          case PoolEvent.Tick tick -> overdue(state, now, actions);
          case PoolEvent.Wanted(JobStart job) ->
              enqueue(state, new Waiting(job, now + settings.jobWait().toNanos()));
          case PoolEvent.Cancelled(String jobId) -> cancelled(state, jobId, actions);
          case PoolEvent.ChildSaid(int number, ChildNews news) ->
              childSaid(state, number, news, now, actions);
          case PoolEvent.MachineBusy(boolean busy) -> state.machine(busy);
          case PoolEvent.Closed closed -> state.closed();
        };
    boolean wasFull = state.count(Slot.IDLE) >= idleTarget(state);
    PoolState settled = settle(after, wasFull, now, actions);
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

  private static PoolState cancelled(PoolState state, String jobId, List<PoolAction> actions) {
    PoolState after =
        state.waiting(
            state.waiting().stream().filter(w -> !w.job().jobId().equals(jobId)).toList());
    for (Map.Entry<Integer, Waiting> offer : state.offered().entrySet()) {
      if (offer.getValue().job().jobId().equals(jobId)) {
        StopCause cause = new StopCause(StopReason.TERMINATED, "cancelled before it was started");
        actions.add(new PoolAction.Stop(offer.getKey(), cause));
        after = after.answered(offer.getKey()).with(offer.getKey(), Slot.ENDING);
      }
    }
    return after;
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
        PoolState after = state.succeeded();
        // A stop may have crossed it.
        boolean wanted = state.slots().get(number) == Slot.INITIALISING;
        yield wanted ? after.with(number, Slot.IDLE) : after;
      }
      case ChildNews.JobReturned(JobStart job, StopCause cause) ->
          notTaken(state.with(number, Slot.ENDING), number, cause, actions);
      case ChildNews.Ended ended -> ended(state, number, ended, now, actions);
      case ChildNews.Cleared cleared -> {
        actions.add(new PoolAction.Forget(number));
        // An offer can reach a child whose loop has ended already: nobody is left to answer it.
        StopCause gone = new StopCause(StopReason.CRASHED, "the process was gone");
        yield notTaken(state, number, gone, actions).without(number);
      }
      case ChildNews.JobDone done -> state.with(number, Slot.ENDING);
      case ChildNews.JobSent sent -> state.answered(number);
      case ChildNews.JobRunning running -> state.proven();
      case ChildNews.Spawned spawned -> state;
      case ChildNews.PhaseEnded phase -> state;
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
    boolean failure = ended.cause().reason().failure();
    if (before == Slot.INITIALISING && failure) {
      after = startFailed(after, ended.cause(), now, actions);
    } else if (failure && (before == Slot.IDLE || after.offered().containsKey(number))) {
      after = after.idleDied(now, now + backoff(after.idleDeathsBy(now) - 1));
    }
    JobStart job = ended.job();
    if (job == null || ended.ran()) {
      return after;
    }
    return after.offered().containsKey(number)
        ? notTaken(after, number, ended.cause(), actions)
        : returned(after, job, ended.cause(), now, actions);
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

  /**
   * A job comes back that its child was never sent; nothing happens when the child holds no offer.
   * While other idle children are left this is no attempt of the job's: all may have died at once.
   * From the last one it is, so that processes that die as soon as they are ready end the trying.
   */
  private PoolState notTaken(
      PoolState state, int number, StopCause cause, List<PoolAction> actions) {
    Waiting offer = state.offered().get(number);
    if (offer == null) {
      return state;
    }
    PoolState after = state.answered(number);
    boolean last = state.count(Slot.IDLE) == 0;
    if (!another(cause) || (last && offer.job().attempt() >= settings.jobRetries())) {
      actions.add(new PoolAction.FailJob(offer.job(), cause));
      return after;
    }
    return after.queued(last ? new Waiting(offer.job().retried(), offer.deadline()) : offer);
  }

  /** True when a process's end is no reason to give the job up. */
  private static boolean another(StopCause cause) {
    return cause.reason().failure() || cause.reason() == StopReason.NOT_NEEDED;
  }

  private PoolState returned(
      PoolState state, JobStart job, StopCause cause, long now, List<PoolAction> actions) {
    if (!another(cause) || job.attempt() >= settings.jobRetries()) {
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
  private PoolState settle(PoolState state, boolean wasFull, long now, List<PoolAction> actions) {
    PoolState settled = handOut(state, actions);
    boolean handedOut = settled.offered().size() > state.offered().size();
    settled = settled.refill(refillAt(settled, wasFull && handedOut, now));
    settled = startWanted(settled, now, actions);
    return endSuperfluous(settled, actions);
  }

  /** A job that has to wait shows that the others were no burst that the pool has borne. */
  private static @Nullable Long refillAt(PoolState state, boolean handedOutWhenFull, long now) {
    if (!state.waiting().isEmpty()) {
      return null;
    }
    if (handedOutWhenFull) {
      return now + REFILL;
    }
    Long at = state.refillAt();
    return at == null || now - at >= 0 ? null : at;
  }

  private static PoolState handOut(PoolState state, List<PoolAction> actions) {
    PoolState after = state;
    for (Map.Entry<Integer, Slot> slot : state.slots().entrySet()) {
      if (slot.getValue() == Slot.IDLE && !after.waiting().isEmpty()) {
        actions.add(new PoolAction.Offer(slot.getKey(), after.waiting().getFirst().job()));
        after = after.handedOut(slot.getKey());
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
    boolean backoff = state.backingOff() && now - state.nextStart() < 0;
    if (state.waiting().size() > initialising) {
      return initialising < (state.failures() > 0 ? 1 : settings.maxInitialising());
    }
    int atOnce = state.machineBusy() || state.failures() > 0 ? 1 : settings.maxInitialising();
    return !backoff && state.refillAt() == null && wantsIdle(state) > 0 && initialising < atOnce;
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
    int needed = state.waiting().size();
    for (Map.Entry<Integer, Slot> slot : state.slots().entrySet()) {
      boolean idle = slot.getValue() == Slot.IDLE;
      boolean unwanted = slot.getValue() == Slot.INITIALISING && needed-- <= 0;
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
