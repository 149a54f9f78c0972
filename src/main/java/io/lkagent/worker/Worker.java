package io.lkagent.worker;

import io.lkagent.api.ApiException;
import io.lkagent.api.LiveKitApi;
import io.lkagent.frameworks.Answer;
import io.lkagent.frameworks.AppHost;
import io.lkagent.http.Health;
import io.lkagent.http.HealthState;
import io.lkagent.ipc.JobStart;
import io.lkagent.lifecycle.Machine;
import io.lkagent.lifecycle.StateLoop;
import io.lkagent.log.Log;
import io.lkagent.metrics.WorkerMetrics;
import io.lkagent.pool.Pool;
import io.lkagent.pool.PoolListener;
import io.lkagent.pool.PoolState;
import io.lkagent.process.Cgroup;
import io.lkagent.process.ChildSpawner;
import io.lkagent.protocol.ConnectFailure;
import io.lkagent.protocol.JobOffer;
import io.lkagent.protocol.ServerSignal;
import io.lkagent.protocol.WorkerSignal;
import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.StopCause;
import io.lkagent.supervise.Supervisor;
import io.lkagent.time.Time;
import io.lkagent.worker.WorkerState.Link;
import io.lkagent.worker.WorkerState.Phase;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One worker: registered with one server under one agent name, with a pool of its own. This class
 * wires the parts; {@link WorkerLogic} decides.
 */
public final class Worker implements AutoCloseable {
  private static final Log log = Log.of(Worker.class);
  private static final Duration TOLD_FIRST = Duration.ofSeconds(1);
  private static final Duration STANDSTILL = Duration.ofSeconds(10);
  private static final Duration API_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(30);
  private static final Duration QUIET = Duration.ofSeconds(1);

  /** What was compiled once is compiled for every worker of this JVM. */
  private static final AtomicBoolean rehearsed = new AtomicBoolean();

  private final WorkerSettings settings;
  private final WorkerListener listener;
  private final Time time;
  private final WorkerLogic logic;
  private final StateLoop<WorkerState, WorkerEvent, WorkerAction> loop;
  private final ChildSpawner spawner;
  private final Pool pool;
  private final ServerLink link;
  private final LiveKitApi api;
  private final RoomWatch rooms;
  private final Gauges gauges;
  private final Roster roster;
  private final long started;
  private final NewsRecorder recorder;
  private final CompletableFuture<WorkerEnd> end = new CompletableFuture<>();
  private volatile @Nullable ConnectFailure lastFailure;
  private volatile String serversName = "";

  /**
   * Wires a worker; nothing runs yet.
   *
   * @throws IOException when the endpoint's certificates cannot be read
   */
  public Worker(WorkerSettings settings, WorkerMetrics metrics, WorkerListener listener, Time time)
      throws IOException {
    this.settings = settings;
    this.listener = listener;
    this.time = time;
    this.roster = new Roster(time);
    this.started = time.nanos();
    this.logic = new WorkerLogic(settings.rules());
    this.loop = new StateLoop<>("worker", time, WorkerState.initial(), new Owner());
    this.spawner = new ChildSpawner(time);
    AppHost app = settings.app();
    OomDetector oom = new OomDetector(new Cgroup(), time);
    ChildFactory children =
        new ChildFactory(settings, app == null ? spawner : app.processes(), oom, time);
    this.pool = new Pool(settings.pool(), children::create, new PoolNews(), time);
    this.recorder = new NewsRecorder(settings.agent(), metrics, roster, log);
    this.link =
        new ServerLink(
            settings.endpoint(),
            settings.credentials(),
            settings.registration(),
            () -> logic.status(loop.state()),
            new LinkNews(),
            settings.maxRetry(),
            time);
    this.api = api(settings);
    this.rooms = new RoomWatch(api, this::runningRooms, loop::send, time);
    this.gauges = new Gauges(settings, pool, oom, loop::send, metrics, time);
  }

  private static LiveKitApi api(WorkerSettings settings) throws IOException {
    try {
      return new LiveKitApi(settings.endpoint(), settings.credentials(), API_TIMEOUT);
    } catch (ApiException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Starts to fill the pool and to register. */
  public Worker start() {
    loop.start();
    pool.start();
    link.start();
    rooms.start();
    gauges.start();
    Thread.ofVirtual().name("rehearsal").start(this::rehearseOnceWarm);
    return this;
  }

  /** In a quiet moment: what starts up, or serves, needs the processor more. */
  private void rehearseOnceWarm() {
    for (int turns = 0; turns < 2 && loop.state().phase() == Phase.SERVING; ) {
      time.sleep(QUIET);
      turns = quiet() && pool.state().count(PoolState.Slot.IDLE) >= warm() ? turns + 1 : 0;
    }
    rehearse();
  }

  private int warm() {
    return Math.min(settings.pool().idle(), settings.pool().maxJobs());
  }

  private boolean quiet() {
    WorkerState state = loop.state();
    return state.phase() == Phase.SERVING
        && state.link() instanceof Link.Up
        && state.jobs().isEmpty();
  }

  /** Plays jobs through for nobody, unless it was done in this JVM. */
  void rehearse() {
    if (quiet() && rehearsed.compareAndSet(false, true)) {
      log.debug("rehearsed", "jobs", Rehearsal.play(this::quiet, time));
    }
  }

  /** Takes no more jobs, finishes the running ones, then ends; asked twice it ends at once. */
  public void drain() {
    loop.send(new WorkerEvent.Drain());
  }

  /** Like {@link #drain()}, but asked twice it goes on draining: a command is no second signal. */
  void drainOnce() {
    if (loop.state().phase() == Phase.SERVING) {
      drain();
    }
  }

  /** The load that the server is told, from 0 to 1. */
  double load() {
    return logic.status(loop.state()).load();
  }

  /** Whether the server may ask it for another room. */
  boolean available() {
    return loop.state().link() instanceof Link.Up && logic.status(loop.state()).available();
  }

  /** The id that the server gave it, empty before it registered. */
  String serversName() {
    return serversName;
  }

  Roster roster() {
    return roster;
  }

  Duration age() {
    return Duration.ofNanos(time.nanos() - started);
  }

  /** Ends at once. */
  public void force() {
    loop.send(new WorkerEvent.Force());
  }

  /** Completes when the worker has ended. */
  public CompletableFuture<WorkerEnd> end() {
    return end;
  }

  /** The processes of which something is left. */
  public Collection<ProcessRow> processes() {
    return roster.rows();
  }

  public WorkerSettings settings() {
    return settings;
  }

  /** How the worker does, for health checks. */
  public Health health() {
    WorkerState state = loop.state();
    return new Health(healthState(state), settings.name(), state.jobs().size(), error(state));
  }

  private HealthState healthState(WorkerState state) {
    String still =
        loop.standsStill(STANDSTILL) || loop.failed().isPresent()
            ? "worker"
            : pool.standsStill(STANDSTILL);
    if (still != null) {
      return new HealthState.StandingStill(still);
    }
    if (state.phase() != Phase.SERVING) {
      return new HealthState.Draining();
    }
    PoolState processes = pool.state();
    StopCause failure = processes.lastFailure();
    if (processes.crashLoop() && failure != null) {
      return new HealthState.CrashLoop(failure.words());
    }
    return switch (state.link()) {
      case Link.Unregistered unregistered -> new HealthState.Starting();
      case Link.Up up -> new HealthState.Registered();
      case Link.Down(long since) ->
          new HealthState.Disconnected(time.wall().minus(Duration.ofNanos(time.nanos() - since)));
    };
  }

  private @Nullable String error(WorkerState state) {
    ConnectFailure failure = lastFailure;
    return failure != null && !(state.link() instanceof Link.Up) ? failure.message() : null;
  }

  private Set<String> runningRooms() {
    Set<String> names = new TreeSet<>();
    for (JobEntry job : loop.state().jobs().values()) {
      if (job.stage() == JobEntry.Stage.RUNNING) {
        names.add(job.offer().room().name());
      }
    }
    return names;
  }

  private void finish(WorkerEnd how) {
    gauges.close();
    rooms.close();
    api.close();
    link.close();
    spawner.close();
    end.complete(how);
  }

  /** Ends at once if it has not ended, and waits for that. */
  @Override
  public void close() {
    if (!end.isDone()) {
      force();
      loop.awaitEnd(CLOSE_LIMIT);
    }
  }

  /** The link's word, on its way to the loop. */
  private final class LinkNews implements ServerLink.Listener {
    @Override
    public void up(ServerSignal.Registered registered) {
      lastFailure = null;
      serversName = registered.workerId();
      loop.send(new WorkerEvent.LinkUp(registered.workerId(), registered.server().devServer()));
    }

    @Override
    public void down() {
      loop.send(new WorkerEvent.LinkDown());
    }

    @Override
    public void signal(ServerSignal signal) {
      // From the wire to the agent's process it stays on one thread.
      loop.sendNow(
          new WorkerEvent.Signal(
              signal, settings.endpoint().webSocketUri().toString(), time.wall().toEpochMilli()));
    }

    @Override
    public void failed(ConnectFailure failure, int attempts) {
      log.error("gave up on the server", "attempts", attempts, "error", failure.message());
      end.complete(
          new WorkerEnd.GaveUp(failure instanceof ConnectFailure.Unauthorized, failure.message()));
      loop.send(new WorkerEvent.Force());
    }

    @Override
    public boolean idle() {
      return loop.state().jobs().isEmpty();
    }
  }

  /** The pool's word, on its way to the loop. */
  private final class PoolNews implements PoolListener {
    @Override
    public void childSaid(int number, Supervisor child, ChildNews news) {
      ProcessRow row = roster.childSaid(number, news);
      recorder.process(row, child, news);
      listener.process(row, news);
      loop.send(new WorkerEvent.ChildSaid(number, news));
    }

    @Override
    public void jobFailed(JobStart job, StopCause cause) {
      loop.send(new WorkerEvent.Unplaced(job, cause));
    }

    @Override
    public void poolChanged() {
      loop.send(new WorkerEvent.PoolFit(!pool.state().crashLoop()));
    }

    @Override
    public void poolEmpty() {
      loop.send(new WorkerEvent.PoolEmpty());
    }
  }

  /** The logic's decisions, carried out. */
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
      return state.phase() == Phase.ENDED;
    }

    @Override
    public void perform(WorkerAction action) {
      switch (action) {
        case WorkerAction.Say(WorkerSignal signal) -> link.say(signal);
        case WorkerAction.SayThenStop(WorkerSignal signal, int child, StopCause cause) ->
            sayThenStop(signal, child, cause);
        case WorkerAction.Ask(JobOffer job, boolean resuming) -> ask(job, resuming);
        case WorkerAction.Place(JobStart job) -> pool.place(job);
        case WorkerAction.Unplace(String jobId) -> pool.cancel(jobId);
        case WorkerAction.ClosePool close -> pool.close();
        case WorkerAction.StopAll(StopCause cause) -> pool.stop(cause);
        case WorkerAction.KillAll(StopCause cause) -> pool.kill(cause);
        case WorkerAction.Tell(WorkerNews news) -> tell(news);
      }
    }
  }

  private void ask(JobOffer job, boolean resuming) {
    AppHost app = settings.app();
    if (app == null) {
      answered(job, new Answer.None("there is no app to ask"));
      return;
    }
    var _ =
        app.ask(job.messageBytes(), resuming)
            .exceptionally(failure -> new Answer.None(failure.toString()))
            .thenAccept(answer -> answered(job, answer));
  }

  private void answered(JobOffer job, Answer answer) {
    String trouble =
        switch (answer) {
          case Answer.Yes yes -> "";
          case Answer.No(boolean _, String error) -> error;
          case Answer.None(String why) -> why;
        };
    if (!trouble.isEmpty()) {
      log.warn(
          "the app did not answer for a job",
          "job_id",
          job.id(),
          "room_name",
          job.room().name(),
          "error",
          trouble);
    }
    loop.send(new WorkerEvent.AppAnswered(job.id(), answer, time.wall().toEpochMilli()));
  }

  /** The result goes out before the agent leaves its room; a dead connection delays nothing. */
  private void sayThenStop(WorkerSignal signal, int number, StopCause cause) {
    var _ =
        link.sayFlushed(signal)
            .orTimeout(TOLD_FIRST.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete((done, failure) -> {
              Supervisor child = pool.child(number);
              if (child != null) {
                child.stop(cause);
              }
            });
  }

  private void tell(WorkerNews news) {
    if (news instanceof WorkerNews.Running running) {
      roster.latency(running.child(), running.afterAssignment());
    } else if (news instanceof WorkerNews.Ending ending) {
      roster.ending(ending.child());
    }
    recorder.news(news);
    listener.news(news);
    if (news instanceof WorkerNews.Stopped(int killed, int left)) {
      Thread.ofVirtual()
          .name("worker-end")
          .start(() -> finish(new WorkerEnd.Stopped(killed, left)));
    }
  }
}
