package io.lkagent.supervise;

import static io.lkagent.supervise.StopReason.CHANNEL_CLOSED;
import static io.lkagent.supervise.StopReason.CRASHED;
import static io.lkagent.supervise.StopReason.INIT_FAILED;
import static io.lkagent.supervise.StopReason.INIT_TIMEOUT;
import static io.lkagent.supervise.StopReason.JOB_DONE;
import static io.lkagent.supervise.StopReason.JOB_FAILED;
import static io.lkagent.supervise.StopReason.MEMORY_LIMIT;
import static io.lkagent.supervise.StopReason.OOM;
import static io.lkagent.supervise.StopReason.PROTOCOL_ERROR;
import static io.lkagent.supervise.StopReason.SPAWN_FAILED;
import static io.lkagent.supervise.StopReason.START_TIMEOUT;
import static io.lkagent.supervise.StopReason.UNRESPONSIVE;

import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.JobProtocol;
import io.lkagent.ipc.JobStart;
import io.lkagent.ipc.ToChild;
import io.lkagent.lifecycle.Machine;
import io.lkagent.lifecycle.Machine.Step;
import io.lkagent.process.ExitStatus;
import io.lkagent.supervise.ChildAction.Complain;
import io.lkagent.supervise.ChildAction.EndSession;
import io.lkagent.supervise.ChildAction.Kill;
import io.lkagent.supervise.ChildAction.Send;
import io.lkagent.supervise.ChildAction.Tell;
import io.lkagent.supervise.ChildState.Assigned;
import io.lkagent.supervise.ChildState.Checking;
import io.lkagent.supervise.ChildState.Finishing;
import io.lkagent.supervise.ChildState.Gone;
import io.lkagent.supervise.ChildState.Idle;
import io.lkagent.supervise.ChildState.Killing;
import io.lkagent.supervise.ChildState.Reaping;
import io.lkagent.supervise.ChildState.Running;
import io.lkagent.supervise.ChildState.Serving;
import io.lkagent.supervise.ChildState.Spawning;
import io.lkagent.supervise.ChildState.Starting;
import io.lkagent.supervise.ChildState.Stopping;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What follows what in a child's life: a pure, total function from state and event to the next
 * state and the actions to take. It is longer than most classes here because it is one table.
 */
final class ChildLifecycle {
  /** How long a process that closed its channel or said failed may take to end by itself. */
  static final long OWN_END = Duration.ofSeconds(2).toNanos();

  /** How long SIGKILL may take before it is said to have failed, and sent again. */
  static final long KILL_RETRY = Duration.ofSeconds(10).toNanos();

  private static final int SIGKILL = 9;

  private static final String CLOSED_IN_INIT = "closed its channel during initialisation";

  private static final long WARN_AGAIN = Duration.ofMinutes(1).toNanos();
  private static final long WARN_GROWTH = 50L * 1024 * 1024;

  /** Times in a ping interval at which pings are sent. */
  private static final int PINGS_TOGETHER = 5;

  private final ChildSettings settings;

  ChildLifecycle(ChildSettings settings) {
    this.settings = settings;
  }

  Spawning initial(long now) {
    return new Spawning(now, now + settings.initTimeout().toNanos(), null);
  }

  long wakeAt(ChildState state) {
    return switch (state) {
      case Spawning spawning -> Machine.NEVER;
      case Starting s -> s.greeted() ? Math.min(s.deadline(), s.nextPingAt()) : s.deadline();
      case Idle s -> pingOrSilence(s.vitals());
      case Checking s -> s.deadline();
      case Assigned s -> Math.min(s.deadline(), pingOrSilence(s.vitals()));
      case Running s -> pingOrSilence(s.vitals());
      case Finishing s -> s.deadline();
      case Stopping s -> s.deadline();
      case Killing s -> s.deadline();
      case Reaping reaping -> Machine.NEVER;
      case Gone gone -> Machine.NEVER;
    };
  }

  private long pingOrSilence(Vitals vitals) {
    return Math.min(vitals.nextPingAt(), vitals.heardAt() + settings.pingTimeout().toNanos());
  }

  Step<ChildState, ChildAction> next(ChildState state, ChildEvent event, long now) {
    return switch (state) {
      case Spawning s -> spawning(s, event, now);
      case Starting s -> starting(s, event, now);
      case Serving s -> serving(s, event, now);
      case Stopping s -> stopping(s, event, now);
      case Killing s -> killing(s, event, now);
      case Reaping s -> reaping(s, event);
      case Gone s -> gone(s, event);
    };
  }

  private Step<ChildState, ChildAction> spawning(Spawning s, ChildEvent event, long now) {
    return switch (event) {
      case ChildEvent.Spawned(long pid) -> {
        StopCause cancelled = s.cancelled();
        Tell news = new Tell(new ChildNews.Spawned(pid));
        if (cancelled != null) {
          yield new Step<>(
              new Killing(cancelled, null, false, now + KILL_RETRY),
              List.of(news, new Kill(cancelled)));
        }
        yield Step.of(new Starting(s.since(), s.deadline(), false, "", Machine.NEVER), news);
      }
      case ChildEvent.SpawnFailed(String error) -> {
        StopCause cause = new StopCause(SPAWN_FAILED, error);
        yield new Step<>(
            new Gone(cause, null),
            List.of(
                new Tell(new ChildNews.Ended(cause, null, null, false)),
                new Tell(new ChildNews.Cleared())));
      }
      case ChildEvent.StopAsked(StopCause cause) -> Step.of(cancelled(s, cause));
      case ChildEvent.KillAsked(StopCause cause) -> Step.of(cancelled(s, cause));
      case ChildEvent.Offered(JobStart job) -> notIdle(s, job);
      case ChildEvent.Tick tick -> Step.of(s);
      case ChildEvent.MemoryRead memory -> Step.of(s);
      case ChildEvent.Received e -> Step.of(s, new Complain(s, e));
      case ChildEvent.Garbage e -> Step.of(s, new Complain(s, e));
      case ChildEvent.ChannelClosed e -> Step.of(s, new Complain(s, e));
      case ChildEvent.Exited e -> Step.of(s, new Complain(s, e));
      case ChildEvent.SessionEnded e -> Step.of(s, new Complain(s, e));
    };
  }

  private static Spawning cancelled(Spawning s, StopCause cause) {
    StopCause before = s.cancelled();
    return new Spawning(s.since(), s.deadline(), before == null ? cause : before.or(cause));
  }

  private Step<ChildState, ChildAction> starting(Starting s, ChildEvent event, long now) {
    return switch (event) {
      case ChildEvent.Received(FromChild message) -> startingReceived(s, message, now);
      case ChildEvent.Tick tick -> startingTick(s, now);
      case ChildEvent.Exited(ExitStatus status, boolean oom) ->
          ended(duringInit(status, oom), status, null, false);
      case ChildEvent.Garbage(String detail) ->
          kill(new StopCause(PROTOCOL_ERROR, detail), null, false, now);
      case ChildEvent.ChannelClosed closed ->
          Step.of(
              new Stopping(
                  new StopCause(CHANNEL_CLOSED, CLOSED_IN_INIT), null, false, now + OWN_END));
      case ChildEvent.StopAsked(StopCause cause) -> stopStarting(s, cause, now);
      case ChildEvent.KillAsked(StopCause cause) -> kill(cause, null, false, now);
      case ChildEvent.Offered(JobStart job) -> notIdle(s, job);
      case ChildEvent.MemoryRead(long bytes) ->
          overLimit(bytes) ? kill(memoryLimit(bytes), null, false, now) : Step.of(s);
      case ChildEvent.Spawned e -> Step.of(s, new Complain(s, e));
      case ChildEvent.SpawnFailed e -> Step.of(s, new Complain(s, e));
      case ChildEvent.SessionEnded e -> Step.of(s, new Complain(s, e));
    };
  }

  /** A child without a job gets no more time to stop than it had to become ready. */
  private Step<ChildState, ChildAction> stopStarting(Starting s, StopCause cause, long now) {
    long deadline = Math.min(now + settings.shutdownTimeout().toNanos(), s.deadline());
    long millis = Math.max(0, Duration.ofNanos(deadline - now).toMillis());
    return Step.of(
        new Stopping(cause, null, false, deadline),
        new Send(new ToChild.Shutdown(cause.reason().text(), millis)));
  }

  private Step<ChildState, ChildAction> startingReceived(Starting s, FromChild message, long now) {
    return switch (message) {
      case FromChild.Hello hello -> greeted(s, hello, now);
      case FromChild.Phase phase ->
          Step.of(
              new Starting(s.since(), s.deadline(), s.greeted(), phase.name(), s.nextPingAt()),
              new Tell(new ChildNews.PhaseEnded(phase)));
      case FromChild.Ready ready -> ready(s, now);
      case FromChild.Failed(String error) ->
          Step.of(new Stopping(new StopCause(INIT_FAILED, error), null, false, now + OWN_END));
      case FromChild.Degraded(String component, String error) ->
          Step.of(s, new Tell(new ChildNews.Degraded(component, error)));
      case FromChild.Pong pong -> Step.of(s);
      case FromChild.Unknown unknown -> Step.of(s);
      case FromChild.Running running -> outOfTurn("running", now);
      case FromChild.Activity activity -> outOfTurn("activity", now);
      case FromChild.Done done -> outOfTurn("done", now);
    };
  }

  private Step<ChildState, ChildAction> outOfTurn(String type, long now) {
    return kill(
        new StopCause(PROTOCOL_ERROR, "said \"" + type + "\" before \"ready\""), null, false, now);
  }

  private Step<ChildState, ChildAction> greeted(Starting s, FromChild.Hello hello, long now) {
    if (hello.protocol() != JobProtocol.VERSION) {
      StopCause cause =
          new StopCause(
              PROTOCOL_ERROR,
              "speaks job protocol "
                  + hello.protocol()
                  + ", this worker speaks "
                  + JobProtocol.VERSION);
      return kill(cause, null, false, now);
    }
    if (s.greeted()) {
      return kill(new StopCause(PROTOCOL_ERROR, "said \"hello\" twice"), null, false, now);
    }
    return Step.of(
        new Starting(s.since(), s.deadline(), true, s.phase(), nextPing(now)),
        new Send(
            new ToChild.Init(
                settings.pingInterval().toMillis(),
                settings.initTimeout().toMillis(),
                settings.options())));
  }

  private Step<ChildState, ChildAction> ready(Starting s, long now) {
    if (!s.greeted()) {
      return kill(
          new StopCause(PROTOCOL_ERROR, "said \"ready\" before \"hello\""), null, false, now);
    }
    return Step.of(
        new Idle(Vitals.born(now, nextPing(now))), new Tell(new ChildNews.Ready(now - s.since())));
  }

  private Step<ChildState, ChildAction> startingTick(Starting s, long now) {
    if (now - s.deadline() >= 0) {
      String where =
          !s.greeted()
              ? "no hello"
              : s.phase().isEmpty()
                  ? "hello, and no phase ended"
                  : "the newest phase to end was \"" + s.phase() + "\"";
      String after = seconds(settings.initTimeout());
      return kill(
          new StopCause(INIT_TIMEOUT, "not ready after " + after + "; " + where), null, false, now);
    }
    if (s.greeted() && now - s.nextPingAt() >= 0) {
      long next = nextPing(now);
      return Step.of(
          new Starting(s.since(), s.deadline(), true, s.phase(), next),
          new Send(new ToChild.Ping(now)));
    }
    return Step.of(s);
  }

  private Step<ChildState, ChildAction> serving(Serving s, ChildEvent event, long now) {
    return switch (event) {
      case ChildEvent.Received(FromChild message) -> received(s, message, now);
      case ChildEvent.Tick tick -> tick(s, now);
      case ChildEvent.Offered(JobStart job) ->
          s instanceof Idle i ? check(i, job, now) : notIdle(s, job);
      case ChildEvent.StopAsked(StopCause cause) -> stop(s, cause, now);
      case ChildEvent.KillAsked(StopCause cause) -> killServing(s, cause, now);
      case ChildEvent.Garbage(String detail) ->
          killServing(s, new StopCause(PROTOCOL_ERROR, detail), now);
      case ChildEvent.ChannelClosed closed -> channelClosed(s, now);
      case ChildEvent.Exited(ExitStatus status, boolean oom) -> exited(s, status, oom);
      case ChildEvent.MemoryRead(long bytes) -> measured(s, bytes, now);
      case ChildEvent.Spawned e -> Step.of(s, new Complain(s, e));
      case ChildEvent.SpawnFailed e -> Step.of(s, new Complain(s, e));
      case ChildEvent.SessionEnded e -> Step.of(s, new Complain(s, e));
    };
  }

  private Step<ChildState, ChildAction> received(Serving s, FromChild message, long now) {
    Serving alive = s.with(s.vitals().heard(now));
    return switch (message) {
      case FromChild.Pong(long t) -> ponged(s, t, now);
      case FromChild.Running running -> running(s, now);
      case FromChild.Activity(int participants, long messages) ->
          s instanceof Running r
              ? Step.of(alive, new Tell(new ChildNews.JobActivity(r.job(), participants, messages)))
              : Step.of(alive);
      case FromChild.Done(boolean success, String reason) -> done(s, success, reason, now);
      case FromChild.Degraded(String component, String error) ->
          Step.of(alive, new Tell(new ChildNews.Degraded(component, error)));
      case FromChild.Failed(String error) -> failed(s, error, now);
      case FromChild.Phase phase -> Step.of(alive, new Tell(new ChildNews.PhaseEnded(phase)));
      case FromChild.Ready ready -> Step.of(alive);
      case FromChild.Unknown unknown -> Step.of(alive);
      case FromChild.Hello hello ->
          killServing(s, new StopCause(PROTOCOL_ERROR, "said \"hello\" twice"), now);
    };
  }

  private Step<ChildState, ChildAction> ponged(Serving s, long t, long now) {
    Vitals vitals = s.vitals().ponged(t, now);
    if (s instanceof Checking checking && t == checking.token()) {
      return Step.of(
          new Assigned(vitals, checking.job(), now + settings.startTimeout().toNanos()),
          new Tell(new ChildNews.JobSent(checking.job())));
    }
    return Step.of(s.with(vitals));
  }

  private Step<ChildState, ChildAction> running(Serving s, long now) {
    JobStart job = s.job();
    if (job == null || !(s instanceof Assigned || s instanceof Checking)) {
      return killServing(s, new StopCause(PROTOCOL_ERROR, "said \"running\" without a job"), now);
    }
    List<ChildAction> told = new ArrayList<>();
    if (s instanceof Checking) {
      told.add(new Tell(new ChildNews.JobSent(job)));
    }
    told.add(new Tell(new ChildNews.JobRunning(job)));
    return new Step<>(new Running(s.vitals().heard(now), job, now), told);
  }

  private Step<ChildState, ChildAction> done(Serving s, boolean success, String reason, long now) {
    JobStart job = s.job();
    if (s instanceof Finishing) {
      return Step.of(s);
    }
    if (job == null || s instanceof Checking) {
      return killServing(s, new StopCause(PROTOCOL_ERROR, "said \"done\" without a job"), now);
    }
    StopCause cause = new StopCause(success ? JOB_DONE : JOB_FAILED, reason);
    return Step.of(
        new Finishing(s.vitals().heard(now), job, cause, now + OWN_END),
        new Tell(new ChildNews.JobDone(job, success, reason)));
  }

  /** It says that it cannot go on and ends by itself; a job that did not run is free again. */
  private static Step<ChildState, ChildAction> failed(Serving s, String error, long now) {
    return leaving(s, new StopCause(s.ran() ? JOB_FAILED : INIT_FAILED, error), now);
  }

  /**
   * When the ping after now is due: at most one interval later, and together with other children's,
   * because fifty wakings one by one cost the worker more than five of ten pings each.
   */
  private long nextPing(long now) {
    long interval = settings.pingInterval().toNanos();
    long due = now + interval;
    return due - Math.floorMod(due, Math.max(1, interval / PINGS_TOGETHER));
  }

  /**
   * The job goes out right behind the ping: to await the answer first would cost every job a round
   * trip. A child that does not answer the ping has not started the job either, and is killed.
   */
  private Step<ChildState, ChildAction> check(Idle s, JobStart job, long now) {
    return new Step<>(
        new Checking(s.vitals(), job, now, now + settings.checkTimeout().toNanos()),
        List.of(new Send(new ToChild.Ping(now)), new Send(new ToChild.Start(job))));
  }

  private Step<ChildState, ChildAction> tick(Serving s, long now) {
    Vitals vitals = s.vitals();
    if (now - vitals.heardAt() >= settings.pingTimeout().toNanos()) {
      String silence =
          "no word for "
              + seconds(settings.pingTimeout())
              + (vitals.roundTrip() == 0
                  ? ", never answered a ping"
                  : ", the newest pong took " + vitals.roundTrip() / 1_000_000 + " ms");
      return killServing(s, new StopCause(UNRESPONSIVE, silence), now);
    }
    if (s instanceof Checking c && now - c.deadline() >= 0) {
      String detail = "did not answer the ping before its job";
      return killServing(c, new StopCause(UNRESPONSIVE, detail), now);
    }
    if (s instanceof Assigned a && now - a.deadline() >= 0) {
      String detail = "not running " + seconds(settings.startTimeout()) + " after its start";
      return killServing(a, new StopCause(START_TIMEOUT, detail), now);
    }
    if (s instanceof Finishing f && now - f.deadline() >= 0) {
      return stop(f, f.cause(), now);
    }
    if (!(s instanceof Finishing) && now - vitals.nextPingAt() >= 0) {
      return Step.of(s.with(vitals.pinged(nextPing(now))), new Send(new ToChild.Ping(now)));
    }
    return Step.of(s);
  }

  private Step<ChildState, ChildAction> measured(Serving s, long bytes, long now) {
    Vitals vitals = s.vitals().measured(bytes);
    Tell measured = new Tell(new ChildNews.MemoryMeasured(bytes, vitals.baseline()));
    if (overLimit(bytes)) {
      return killServing(s, memoryLimit(bytes), now);
    }
    if (settings.memoryWarn() == 0 || bytes <= settings.memoryWarn()) {
      return Step.of(s.with(vitals), measured);
    }
    Vitals high = vitals.high();
    boolean due =
        high.warnedAt() == Vitals.NEVER_WARNED
            || now - high.warnedAt() >= WARN_AGAIN
            || bytes - high.warnedMemory() >= WARN_GROWTH;
    if (!due) {
      return Step.of(s.with(high), measured);
    }
    return new Step<>(
        s.with(high.warned(now)),
        List.of(
            measured,
            new Tell(new ChildNews.MemoryHigh(bytes, high.baseline(), high.highReadings()))));
  }

  private boolean overLimit(long bytes) {
    return settings.memoryLimit() > 0 && bytes > settings.memoryLimit();
  }

  private StopCause memoryLimit(long bytes) {
    String detail = mebibytes(bytes) + " PSS, limit " + mebibytes(settings.memoryLimit());
    return new StopCause(MEMORY_LIMIT, detail);
  }

  private static Step<ChildState, ChildAction> channelClosed(Serving s, long now) {
    return leaving(s, new StopCause(CHANNEL_CLOSED, "closed its channel"), now);
  }

  private static Step<ChildState, ChildAction> leaving(Serving s, StopCause said, long now) {
    StopCause cause = ranked(s, said);
    return new Step<>(
        new Stopping(cause, taken(s), s.ran(), now + OWN_END), returnUnread(s, cause).actions());
  }

  /** The cause that counts: what a child that is done gave as its reason stands against less. */
  private static StopCause ranked(Serving s, StopCause cause) {
    return s instanceof Finishing f ? f.cause().or(cause) : cause;
  }

  private Step<ChildState, ChildAction> exited(Serving s, ExitStatus status, boolean oom) {
    return ended(ranked(s, byItself(status, oom)), status, s.job(), s.ran());
  }

  private Step<ChildState, ChildAction> stop(Serving s, StopCause asked, long now) {
    // With the job in its pipe it could still start it, before or beside the next process.
    return s instanceof Checking
        ? killServing(s, asked, now)
        : ask(ranked(s, asked), s.job(), s.ran(), now);
  }

  private Step<ChildState, ChildAction> killServing(Serving s, StopCause why, long now) {
    StopCause cause = ranked(s, why);
    Step<ChildState, ChildAction> killed = kill(cause, taken(s), s.ran(), now);
    return appended(killed, returnUnread(s, cause).actions());
  }

  /** The job that it has given a sign of having read. */
  private static @Nullable JobStart taken(Serving s) {
    return s instanceof Checking ? null : s.job();
  }

  /** A job without that sign is another's again. */
  private static Step<ChildState, ChildAction> returnUnread(Serving s, StopCause cause) {
    return s instanceof Checking c
        ? Step.of(s, new Tell(new ChildNews.JobReturned(c.job(), cause)))
        : Step.of(s);
  }

  private Step<ChildState, ChildAction> ask(
      StopCause cause, @Nullable JobStart job, boolean ran, long now) {
    return Step.of(
        new Stopping(cause, job, ran, now + settings.shutdownTimeout().toNanos()),
        new Send(
            new ToChild.Shutdown(cause.reason().text(), settings.shutdownTimeout().toMillis())));
  }

  private static Step<ChildState, ChildAction> kill(
      StopCause cause, @Nullable JobStart job, boolean ran, long now) {
    return Step.of(new Killing(cause, job, ran, now + KILL_RETRY), new Kill(cause));
  }

  private static Step<ChildState, ChildAction> ended(
      StopCause cause, @Nullable ExitStatus status, @Nullable JobStart job, boolean ran) {
    return new Step<>(
        new Reaping(cause, status),
        List.of(new Tell(new ChildNews.Ended(cause, status, job, ran)), new EndSession()));
  }

  private static Step<ChildState, ChildAction> notIdle(ChildState s, JobStart job) {
    StopCause cause = new StopCause(StopReason.NOT_NEEDED, "the process was not idle");
    return Step.of(s, new Tell(new ChildNews.JobReturned(job, cause)));
  }

  private Step<ChildState, ChildAction> stopping(Stopping s, ChildEvent event, long now) {
    return switch (event) {
      case ChildEvent.Exited(ExitStatus status, boolean oom) ->
          ended(finalCause(s.cause(), status, oom), status, s.job(), s.ran());
      case ChildEvent.Tick tick -> {
        if (now - s.deadline() < 0) {
          yield Step.of(s);
        }
        yield kill(s.cause(), s.job(), s.ran(), now);
      }
      case ChildEvent.KillAsked(StopCause cause) ->
          kill(s.cause().or(cause), s.job(), s.ran(), now);
      case ChildEvent.StopAsked(StopCause cause) ->
          Step.of(new Stopping(s.cause().or(cause), s.job(), s.ran(), s.deadline()));
      case ChildEvent.Offered(JobStart job) -> notIdle(s, job);
      // What it says on its way out changes nothing, however odd.
      case ChildEvent.Received received -> Step.of(s);
      case ChildEvent.Garbage garbage -> Step.of(s);
      case ChildEvent.ChannelClosed closed -> Step.of(s);
      case ChildEvent.MemoryRead memory -> Step.of(s);
      case ChildEvent.Spawned e -> Step.of(s, new Complain(s, e));
      case ChildEvent.SpawnFailed e -> Step.of(s, new Complain(s, e));
      case ChildEvent.SessionEnded e -> Step.of(s, new Complain(s, e));
    };
  }

  private static StopCause duringInit(ExitStatus status, boolean oom) {
    String detail = "ended during initialisation with " + status.words();
    return new StopCause(oom ? OOM : INIT_FAILED, detail);
  }

  private static StopCause byItself(ExitStatus status, boolean oom) {
    return new StopCause(oom ? OOM : CRASHED, "ended by itself with " + status.words());
  }

  private static StopCause finalCause(StopCause cause, ExitStatus status, boolean oom) {
    if (cause.reason() == CHANNEL_CLOSED) {
      // The channel's end was but the first sign of the exit, which says more.
      boolean init = cause.detail().equals(CLOSED_IN_INIT);
      return init ? duringInit(status, oom) : byItself(status, oom);
    }
    if (oom) {
      return cause.or(new StopCause(OOM, status.words()));
    }
    return followsFromDeath(cause.reason())
            && status instanceof ExitStatus.Signalled(int signal, _)
            && signal == SIGKILL
        ? byItself(status, false)
        : cause;
  }

  /**
   * True for what the server says when it misses the agent. That can overtake the exit; a SIGKILL
   * that was not ours came first then.
   */
  private static boolean followsFromDeath(StopReason reason) {
    return reason == StopReason.TERMINATED || reason == StopReason.ROOM_CLOSED;
  }

  private Step<ChildState, ChildAction> killing(Killing s, ChildEvent event, long now) {
    return switch (event) {
      case ChildEvent.Exited(ExitStatus status, boolean oom) ->
          // Our own SIGKILL: never an out-of-memory kill, never a crash.
          ended(s.cause(), status, s.job(), s.ran());
      case ChildEvent.Tick tick -> {
        if (now - s.deadline() < 0) {
          yield Step.of(s);
        }
        yield new Step<>(
            new Killing(s.cause(), s.job(), s.ran(), now + KILL_RETRY),
            List.of(new Tell(new ChildNews.DidNotStop(s.cause())), new Kill(s.cause())));
      }
      case ChildEvent.Offered(JobStart job) -> notIdle(s, job);
      case ChildEvent.KillAsked kill -> Step.of(s);
      case ChildEvent.StopAsked stop -> Step.of(s);
      case ChildEvent.Received received -> Step.of(s);
      case ChildEvent.Garbage garbage -> Step.of(s);
      case ChildEvent.ChannelClosed closed -> Step.of(s);
      case ChildEvent.MemoryRead memory -> Step.of(s);
      case ChildEvent.Spawned e -> Step.of(s, new Complain(s, e));
      case ChildEvent.SpawnFailed e -> Step.of(s, new Complain(s, e));
      case ChildEvent.SessionEnded e -> Step.of(s, new Complain(s, e));
    };
  }

  private static Step<ChildState, ChildAction> reaping(Reaping s, ChildEvent event) {
    return switch (event) {
      case ChildEvent.SessionEnded cleared ->
          Step.of(new Gone(s.cause(), s.exit()), new Tell(new ChildNews.Cleared()));
      case ChildEvent.Offered(JobStart job) -> notIdle(s, job);
      case ChildEvent.Tick tick -> Step.of(s);
      // The last words in the pipe may come after the exit, and stops may cross it.
      case ChildEvent.Received received -> Step.of(s);
      case ChildEvent.Garbage garbage -> Step.of(s);
      case ChildEvent.ChannelClosed closed -> Step.of(s);
      case ChildEvent.StopAsked stop -> Step.of(s);
      case ChildEvent.KillAsked kill -> Step.of(s);
      case ChildEvent.MemoryRead memory -> Step.of(s);
      case ChildEvent.Exited e -> Step.of(s, new Complain(s, e));
      case ChildEvent.Spawned e -> Step.of(s, new Complain(s, e));
      case ChildEvent.SpawnFailed e -> Step.of(s, new Complain(s, e));
    };
  }

  private static Step<ChildState, ChildAction> gone(Gone s, ChildEvent event) {
    return event instanceof ChildEvent.Offered(JobStart job) ? notIdle(s, job) : Step.of(s);
  }

  private static Step<ChildState, ChildAction> appended(
      Step<ChildState, ChildAction> step, List<ChildAction> more) {
    List<ChildAction> all = new ArrayList<>(step.actions());
    all.addAll(more);
    return new Step<>(step.state(), all);
  }

  private static String seconds(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }

  private static String mebibytes(long bytes) {
    return bytes / (1024 * 1024) + " MiB";
  }
}
