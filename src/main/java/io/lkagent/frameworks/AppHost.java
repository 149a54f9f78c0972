package io.lkagent.frameworks;

import io.lkagent.lifecycle.Machine;
import io.lkagent.lifecycle.StateLoop;
import io.lkagent.log.Log;
import io.lkagent.process.OsProcess;
import io.lkagent.process.ProcessSpec;
import io.lkagent.process.ProcessStarter;
import io.lkagent.process.SpawnException;
import io.lkagent.time.Time;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The helper process of one app, and its owner: it has loaded the app once, describes it, forks its
 * job processes and answers for its request function. When it dies or hangs it is started anew,
 * while its job processes go on.
 */
public final class AppHost implements AutoCloseable {
  /** Where the host and the app's processes find each other's sockets. */
  static final String FOLDER_VARIABLE = "LKAGENT_APP_DIR";

  private static final Log log = Log.of(AppHost.class);
  private static final Duration OWN_END = Duration.ofSeconds(2);
  private static final Duration KILLING = Duration.ofSeconds(5);

  private final AppCommand app;
  private final ProcessSpec jobs;
  private final ProcessStarter starter;
  private final HostTimes times;
  private final Time time;
  private final AppFolder folder;
  private final ForkSocket socket;
  private final StateLoop<HostState, HostEvent, HostAction> loop;
  private final Forks forks;
  private final Questions questions = new Questions();
  private final CompletableFuture<AppDescription> first = new CompletableFuture<>();
  private final CompletableFuture<AppFault> fault = new CompletableFuture<>();
  private volatile @Nullable AppDescription description;
  private volatile @Nullable HostProcess host;
  private volatile @Nullable String trouble;

  private AppHost(
      AppCommand app,
      ProcessSpec jobs,
      ProcessStarter starter,
      AppFolder folder,
      ForkSocket socket,
      HostTimes times,
      Time time) {
    this.app = app;
    this.jobs = jobs;
    this.starter = starter;
    this.folder = folder;
    this.socket = socket;
    this.forks = new Forks(socket, folder, time);
    this.times = times;
    this.time = time;
    HostLifecycle lifecycle = new HostLifecycle(times);
    this.loop =
        new StateLoop<>("app-host", time, lifecycle.initial(time.nanos()), new Owner(lifecycle));
  }

  /**
   * Starts a host and waits for its description.
   *
   * @param jobs environment, withheld names and working directory of the app's processes; its
   *     command is not looked at
   * @param starter what starts processes of the worker's own; stays open longer than this
   * @param runtimeFolder where the app's own folder is made, if the path is short enough
   */
  public static AppHost start(
      AppCommand app,
      ProcessSpec jobs,
      ProcessStarter starter,
      Path runtimeFolder,
      HostTimes times,
      Time time)
      throws AppFault {
    AppHost begun = begin(app, jobs, starter, runtimeFolder, times, time);
    try {
      begun.awaitDescription(new CompletableFuture<>());
      return begun;
    } catch (AppFault | RuntimeException | Error e) {
      begun.close();
      throw e;
    }
  }

  /** Starts a host that loads its app while the caller does something else, and can be closed. */
  public static AppHost begin(
      AppCommand app,
      ProcessSpec jobs,
      ProcessStarter starter,
      Path runtimeFolder,
      HostTimes times,
      Time time)
      throws AppFault {
    AppHost begun = prepare(app, jobs, starter, runtimeFolder, times, time);
    begun.loop.start();
    begun.spawn(1);
    return begun;
  }

  private static AppHost prepare(
      AppCommand app,
      ProcessSpec jobs,
      ProcessStarter starter,
      Path runtimeFolder,
      HostTimes times,
      Time time)
      throws AppFault {
    try {
      AppFolder folder = AppFolder.make(runtimeFolder, app.language());
      try {
        ForkSocket socket = ForkSocket.open(folder.socket(), time);
        return new AppHost(app, jobs, starter, folder, socket, times, time);
      } catch (IOException | RuntimeException e) {
        folder.close();
        throw e;
      }
    } catch (IOException e) {
      throw new AppFault(
          AppFault.Kind.HOST, "cannot make a folder for the app's host: " + e.getMessage());
    }
  }

  /**
   * Waits until the app is described; false when {@code stop} completes before, unless with a
   * fault, which is thrown like the app's own. The lifecycle gives up in time; the limit here is
   * for the case that it does not.
   */
  public boolean awaitDescription(CompletableFuture<?> stop) throws AppFault {
    Duration limit = times.describe().plus(KILLING).plus(KILLING);
    try {
      Object outcome =
          CompletableFuture.anyOf(first, fault, stop).get(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (outcome instanceof AppFault failed) {
        throw failed;
      }
      return description != null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AppFault(AppFault.Kind.HOST, "interrupted while the app was loaded");
    } catch (ExecutionException | TimeoutException e) {
      throw new AppFault(AppFault.Kind.HOST, "the app's host neither started nor failed: " + e);
    }
  }

  /** Completes when the app turns out not to be one that can be loaded. */
  public CompletableFuture<AppFault> fault() {
    return fault.copy();
  }

  /** What the newest host said about the app. */
  public AppDescription description() {
    AppDescription known = description;
    if (known == null) {
      throw new IllegalStateException("not described yet");
    }
    return known;
  }

  /** What starts the app's job processes; a spec's command is not looked at. */
  public ProcessStarter processes() {
    return spec ->
        switch (description().mode()) {
          case FORK -> fork(spec);
          case SPAWN -> starter.start(like(spec, app.job(folder.script())));
        };
  }

  /**
   * Asks the app's request function about a job; always completes, and within the time for it.
   *
   * @param job the serialized {@code livekit.Job}
   */
  public CompletableFuture<Answer> ask(byte[] job, boolean resuming) {
    Questions.Question question = questions.about(job, resuming);
    want(new Wanted(question.id(), null, false, time.deadline(times.answer())));
    return question.answer();
  }

  /** The host's process id, or 0 while there is none. */
  public long pid() {
    HostProcess current = host;
    return current == null || current.ended().isDone() ? 0 : current.pid();
  }

  /** Why there is no host at the moment although one is needed; for health and status. */
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  /** True when the owner's loop has stood still for {@code limit}. */
  public boolean standsStill(Duration limit) {
    return loop.standsStill(limit) || loop.failed().isPresent();
  }

  private OsProcess fork(ProcessSpec spec) throws SpawnException {
    Forks.Request request = forks.open(spec);
    try {
      want(new Wanted(request.id(), request.spare(), true, Machine.NEVER));
      return forks.await(request, longestFork(), this::livesWith);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw refused("interrupted", e);
    } catch (TimeoutException e) {
      throw refused("the app's host did not answer", e);
    } catch (ExecutionException e) {
      throw refused(e.getCause() == null ? e.toString() : words(e.getCause()), e);
    } finally {
      forks.close(request);
    }
  }

  /** Two hosts may have to start before it; the lifecycle answers in that time. */
  private Duration longestFork() {
    return times.describe().plus(times.fork()).plus(KILLING).multipliedBy(2);
  }

  private boolean livesWith(int generation) {
    HostProcess current = host;
    return current != null && current.generation() == generation && !current.ended().isDone();
  }

  private static SpawnException refused(String why, Exception cause) {
    return new SpawnException("cannot fork the app: " + why, cause);
  }

  private static String words(Throwable cause) {
    return String.valueOf(cause.getMessage());
  }

  private void want(Wanted wanted) {
    if (loop.state() instanceof HostState.Closed) {
      refuse(wanted, "the worker ends");
    } else {
      loop.send(new HostEvent.Asked(wanted));
    }
  }

  private ProcessSpec like(ProcessSpec spec, List<String> command) {
    Map<String, String> environment = new HashMap<>(spec.environment());
    environment.put(FOLDER_VARIABLE, folder.path().toString());
    return new ProcessSpec(command, environment, spec.withheld(), spec.workingDirectory());
  }

  private void spawn(int generation) {
    Thread.ofVirtual().name("host-" + generation + "-spawn").start(() -> start(generation));
  }

  private void start(int generation) {
    try {
      OsProcess process = starter.start(like(jobs, app.host(folder.script())));
      HostProcess started = new HostProcess(generation, process, time, loop::send);
      host = started;
      var _ = started.ended().thenRun(() -> forks.orphan(generation));
      started.start();
      if (loop.state() instanceof HostState.Closed) {
        started.kill();
      }
    } catch (SpawnException | RuntimeException | OutOfMemoryError e) {
      loop.send(new HostEvent.SpawnFailed(generation, words(e)));
    }
  }

  /** Ends the host, and every job process that is still there. */
  @Override
  public void close() {
    loop.send(new HostEvent.CloseAsked());
    var _ = loop.awaitEnd(OWN_END);
    HostProcess last = host;
    // One that still loads its app listens to nobody.
    boolean deaf = description == null;
    if (last != null && (deaf || !ended(last, OWN_END))) {
      last.kill();
      if (!ended(last, KILLING)) {
        log.error("the app's host does not die", "pid", last.pid());
      }
    }
    forks.endAll();
    socket.close();
    folder.close();
  }

  private static boolean ended(HostProcess process, Duration limit) {
    try {
      process.ended().get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  private void pass(Wanted wanted) {
    HostProcess current = host;
    ToHost message = wanted.fork() ? forks.message(wanted.id()) : questions.request(wanted.id());
    // Without a host, its exit or the silence is what comes next.
    if (current != null && message != null) {
      current.send(message);
    }
  }

  private void refuse(Wanted wanted, String why) {
    questions.reply(wanted.id(), new Answer.None(why));
    forks.refuse(wanted.id(), why);
  }

  private void described(AppDescription app) {
    AppDescription before = description;
    description = app;
    trouble = null;
    first.complete(app);
    if (before != null) {
      log.info("the app's host is back", "pid", pid());
      if (!before.equals(app)) {
        log.warn("the app has changed since the worker was started; restart it to take this over");
      }
    }
  }

  private void report(AppFault failed) {
    trouble = failed.line();
    if (description != null) {
      log.error("the app's host does not start", "error", failed.line());
    }
    fault.complete(failed);
  }

  /** The lifecycle's decisions, carried out. */
  private final class Owner implements Machine<HostState, HostEvent, HostAction> {
    private final HostLifecycle lifecycle;

    Owner(HostLifecycle lifecycle) {
      this.lifecycle = lifecycle;
    }

    @Override
    public Step<HostState, HostAction> next(HostState state, HostEvent event, long now) {
      return lifecycle.next(state, event, now);
    }

    @Override
    public long wakeAt(HostState state) {
      return lifecycle.wakeAt(state);
    }

    @Override
    public HostEvent tick() {
      return new HostEvent.Tick();
    }

    @Override
    public boolean finished(HostState state) {
      return state instanceof HostState.Closed;
    }

    @Override
    public void perform(HostAction action) {
      HostProcess current = host;
      switch (action) {
        case HostAction.Spawn(int generation) -> spawn(generation);
        case HostAction.Pass(Wanted wanted) -> pass(wanted);
        case HostAction.Ping(long t) -> tell(current, h -> h.send(new ToHost.Ping(t)));
        case HostAction.Kill(String why) -> {
          if (description != null) {
            log.warn("killing the app's host", "pid", pid(), "reason", why);
          }
          tell(current, HostProcess::kill);
        }
        case HostAction.Quit quit -> tell(current, HostProcess::quit);
        case HostAction.Describe(AppDescription app) -> described(app);
        case HostAction.Report(AppFault failed) -> report(failed);
        case HostAction.Mourn(String how) -> {
          trouble = how;
          log.error("an app lost its host; its processes go on", "error", how);
        }
        case HostAction.Hand(String id) -> forks.hand(id, current);
        case HostAction.Reply(String id, Answer answer) -> questions.reply(id, answer);
        case HostAction.Refuse(Wanted wanted, String why) -> refuse(wanted, why);
        case HostAction.Disown(String id) -> forks.disown(id);
      }
    }

    private static void tell(@Nullable HostProcess current, Consumer<HostProcess> what) {
      if (current != null) {
        what.accept(current);
      }
    }
  }
}
