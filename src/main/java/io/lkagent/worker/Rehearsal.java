package io.lkagent.worker;

import io.lkagent.agents.AgentSource;
import io.lkagent.ipc.JobStart;
import io.lkagent.lifecycle.Machine;
import io.lkagent.lifecycle.StateLoop;
import io.lkagent.log.Log;
import io.lkagent.metrics.WorkerMetrics;
import io.lkagent.pool.Pool;
import io.lkagent.pool.PoolListener;
import io.lkagent.pool.PoolSettings;
import io.lkagent.pool.PoolState;
import io.lkagent.process.ProcessSpec;
import io.lkagent.protocol.PlayedConnection;
import io.lkagent.protocol.ServerSignal;
import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.ChildSettings;
import io.lkagent.supervise.OomWatch;
import io.lkagent.supervise.StopCause;
import io.lkagent.supervise.Supervisor;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Jobs played through for nobody, from the server's question to the process's end, so that the JVM
 * has compiled what a burst of real ones needs before it comes. Loops, states, metrics and log are
 * thrown away; no server, process or listener hears of it.
 */
final class Rehearsal {
  /** The quick compiler takes what has run 200 times, and looks at every 128th run only. */
  static final int JOBS = 300;

  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration STEP = Duration.ofMillis(1);
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private static final WorkerRules RULES =
      new WorkerRules(8, true, 0.7f, LIMIT, LIMIT, LIMIT, Duration.ZERO);
  private static final PoolSettings POOL = new PoolSettings(2, 8, 2, 1, LIMIT);
  private static final ProcessSpec SPEC = new ProcessSpec(List.of(), Map.of(), Set.of(), null);

  private final Time time;
  private final WorkerLogic logic = new WorkerLogic(RULES);
  private final Roster roster;
  private final NewsRecorder recorder;
  private final StateLoop<WorkerState, WorkerEvent, WorkerAction> loop;
  private final Pool pool;
  private final PlayedConnection server = new PlayedConnection(this::hear);
  private final LinkedBlockingQueue<WorkerNews> news = new LinkedBlockingQueue<>();

  private Rehearsal(Time time) {
    this.time = time;
    this.roster = new Roster(time);
    this.recorder =
        new NewsRecorder(
            new AgentSource.BuiltIn(), new WorkerMetrics(), roster, Log.unheard(Worker.class));
    this.loop = new StateLoop<>("rehearsal", time, WorkerState.initial(), new Owner());
    this.pool = new Pool(POOL, this::process, new PoolNews(), time);
  }

  /** Plays, while {@code quiet}; returns how many jobs were played to their end. */
  static int play(BooleanSupplier quiet, Time time) {
    return new Rehearsal(time).play(quiet);
  }

  private int play(BooleanSupplier quiet) {
    loop.start();
    pool.start();
    loop.send(new WorkerEvent.LinkUp("rehearsal", false));
    int played = 0;
    try {
      while (played < JOBS && quiet.getAsBoolean() && job("rehearsal-" + played)) {
        played++;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      end();
    }
    return played;
  }

  private boolean job(String id) throws InterruptedException {
    server.asks(id);
    server.assigns(id);
    if (!heard(WorkerNews.Running.class)) {
      return false;
    }
    server.terminates(id);
    return heard(WorkerNews.Ended.class);
  }

  private boolean heard(Class<? extends WorkerNews> wanted) throws InterruptedException {
    WorkerNews next;
    do {
      next = news.poll(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
    } while (next != null && !wanted.isInstance(next));
    return next != null;
  }

  /** Whoever is just being started would have to be killed, which is logged. */
  private void end() {
    long until = time.deadline(PATIENCE);
    while (pool.state().count(PoolState.Slot.INITIALISING) > 0 && time.nanos() - until < 0) {
      time.sleep(STEP);
    }
    loop.send(new WorkerEvent.Force());
    loop.awaitEnd(PATIENCE);
    server.close();
  }

  private void hear(ServerSignal signal) {
    loop.sendNow(new WorkerEvent.Signal(signal, "", time.wall().toEpochMilli()));
  }

  private Supervisor process(int number, Consumer<ChildNews> told) {
    return new Supervisor(
        "rehearsal-" + number,
        SPEC,
        ChildSettings.defaults(),
        _ -> new PlayedProcess(),
        OomWatch.none(),
        new LoggedOutput(time),
        time,
        told);
  }

  /** The pool's word, on its way to the loop. */
  private final class PoolNews implements PoolListener {
    @Override
    public void childSaid(int number, Supervisor child, ChildNews said) {
      recorder.process(roster.childSaid(number, said), child, said);
      loop.send(new WorkerEvent.ChildSaid(number, said));
    }

    @Override
    public void jobFailed(JobStart job, StopCause cause) {
      loop.send(new WorkerEvent.Unplaced(job, cause));
    }

    @Override
    public void poolChanged() {}

    @Override
    public void poolEmpty() {
      loop.send(new WorkerEvent.PoolEmpty());
    }
  }

  /** The logic's decisions, carried out on nobody. */
  private final class Owner implements Machine<WorkerState, WorkerEvent, WorkerAction> {
    @Override
    public Step<WorkerState, WorkerAction> next(WorkerState state, WorkerEvent event, long now) {
      return logic.next(state, event, now);
    }

    @Override
    public long wakeAt(WorkerState state) {
      return logic.wakeAt(state);
    }

    @Override
    public WorkerEvent tick() {
      return new WorkerEvent.Tick();
    }

    @Override
    public boolean finished(WorkerState state) {
      return state.phase() == WorkerState.Phase.ENDED;
    }

    @Override
    public void perform(WorkerAction action) {
      switch (action) {
        case WorkerAction.Say(var signal) -> server.say(signal);
        case WorkerAction.SayThenStop(var signal, int number, StopCause cause) -> {
          server.say(signal);
          Supervisor child = pool.child(number);
          if (child != null) {
            child.stop(cause);
          }
        }
        case WorkerAction.Ask ask -> {}
        case WorkerAction.Place(JobStart job) -> pool.place(job);
        case WorkerAction.Unplace(String jobId) -> pool.cancel(jobId);
        case WorkerAction.ClosePool close -> pool.end();
        case WorkerAction.StopAll(StopCause cause) -> pool.stop(cause);
        case WorkerAction.KillAll(StopCause cause) -> pool.stop(cause);
        case WorkerAction.Tell(WorkerNews told) -> {
          recorder.news(told);
          news.add(told);
        }
      }
    }
  }
}
