package io.lkagent.frameworks;

import io.lkagent.frameworks.HostProcess.Birth;
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
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
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

  /** How long a process's streams may take after the word that it was forked: they came before. */
  private static final Duration STREAMS = Duration.ofSeconds(5);

  private final AppCommand app;
  private final ProcessSpec jobs;
  private final ProcessStarter starter;
  private final HostTimes times;
  private final Time time;
  private final AppFolder folder;
  private final ForkSocket socket;
  private final StateLoop<HostState, HostEvent, HostAction> loop;
  private final Map<String, ForkRequest> forks = new ConcurrentHashMap<>();
  private final Map<String, Question> questions = new ConcurrentHashMap<>();
  private final Map<ForkedProcess, Integer> children = new ConcurrentHashMap<>();
  private final CompletableFuture<AppDescription> first = new CompletableFuture<>();
  private final CompletableFuture<AppFault> fault = new CompletableFuture<>();
  private volatile @Nullable AppDescription description;
  private volatile @Nullable HostProcess host;
  private volatile @Nullable String trouble;

  private record ForkRequest(ProcessSpec spec, CompletableFuture<Birth> birth) {}

  private record Question(ToHost.Request request, CompletableFuture<Answer> answer) {}

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
    AppHost started = prepare(app, jobs, starter, runtimeFolder, times, time);
    try {
      started.loop.start();
      started.spawn(1);
      started.awaitDescription();
      return started;
    } catch (AppFault | RuntimeException | Error e) {
      started.close();
      throw e;
    }
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

  /** The lifecycle gives up in time; this wait only ends in case it does not. */
  private void awaitDescription() throws AppFault {
    Duration limit = times.describe().plus(KILLING).plus(KILLING);
    try {
      Object outcome =
          CompletableFuture.anyOf(first, fault).get(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (outcome instanceof AppFault failed) {
        throw failed;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AppFault(AppFault.Kind.HOST, "interrupted while the app was loaded");
    } catch (ExecutionException | TimeoutException e) {
      throw new AppFault(AppFault.Kind.HOST, "the app's host neither started nor failed: " + e);
    }
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
    String id = UUID.randomUUID().toString();
    Question question =
        new Question(ToHost.Request.about(id, job, resuming), new CompletableFuture<>());
    questions.put(id, question);
    want(new Wanted(id, null, false, time.deadline(times.answer())));
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
    String id = UUID.randomUUID().toString();
    String spare = UUID.randomUUID().toString();
    ForkRequest request = new ForkRequest(spec, new CompletableFuture<>());
    forks.put(id, request);
    forks.put(spare, request);
    try {
      want(new Wanted(id, spare, true, Machine.NEVER));
      return adopt(request.birth().get(longestFork().toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw refused("interrupted", e);
    } catch (TimeoutException e) {
      throw refused("the app's host did not answer", e);
    } catch (ExecutionException e) {
      throw refused(e.getCause() == null ? e.toString() : words(e.getCause()), e);
    } finally {
      forks.remove(id);
      forks.remove(spare);
      // Whatever came under them and was not handed over is not wanted any more.
      socket.disown(id);
      socket.disown(spare);
    }
  }

  /** Two hosts may have to start before it; the lifecycle answers in that time. */
  private Duration longestFork() {
    return times.describe().plus(times.fork()).plus(KILLING).multipliedBy(2);
  }

  private OsProcess adopt(Birth birth)
      throws InterruptedException, ExecutionException, TimeoutException {
    ForkStreams streams =
        socket.expect(birth.id()).complete().get(STREAMS.toMillis(), TimeUnit.MILLISECONDS);
    ForkedProcess child = new ForkedProcess(birth.pid(), birth.id(), streams, birth.exit(), time);
    children.put(child, birth.generation());
    var _ = birth.exit().thenRun(() -> children.remove(child));
    socket.handOver(birth.id());
    if (!livesWith(birth.generation())) {
      child.orphan();
    }
    return child;
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
      var _ = started.ended().thenRun(() -> orphan(generation));
      started.start();
      if (loop.state() instanceof HostState.Closed) {
        started.kill();
      }
    } catch (SpawnException | RuntimeException | OutOfMemoryError e) {
      loop.send(new HostEvent.SpawnFailed(generation, words(e)));
    }
  }

  private void orphan(int generation) {
    children.forEach((child, of) -> {
      if (of == generation) {
        child.orphan();
      }
    });
  }

  /** Ends the host, and every job process that is still there. */
  @Override
  public void close() {
    loop.send(new HostEvent.CloseAsked());
    var _ = loop.awaitEnd(OWN_END);
    HostProcess last = host;
    if (last != null && !ended(last, OWN_END)) {
      last.kill();
      if (!ended(last, KILLING)) {
        log.error("the app's host does not die", "pid", last.pid());
      }
    }
    Set.copyOf(children.keySet())
        .forEach(child -> {
          child.kill();
          child.endSession(0);
        });
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
    ForkRequest fork = forks.get(wanted.id());
    Question question = questions.get(wanted.id());
    if (current == null) {
      return; // its exit, or the silence, is what comes next
    }
    if (question != null) {
      current.send(question.request());
    } else if (fork != null) {
      socket.expect(wanted.id());
      Map<String, String> environment = new HashMap<>(fork.spec().environment());
      environment.put(OsProcess.ID_VARIABLE, wanted.id());
      current.send(new ToHost.Fork(wanted.id(), folder.socket(), environment));
    }
  }

  private void hand(String id) {
    ForkRequest request = forks.get(id);
    HostProcess current = host;
    if (request == null || current == null) {
      socket.disown(id);
    } else {
      request.birth().complete(current.birth(id));
    }
  }

  private void reply(String id, Answer answer) {
    Question question = questions.remove(id);
    if (question != null) {
      question.answer().complete(answer);
    }
  }

  private void refuse(Wanted wanted, String why) {
    reply(wanted.id(), new Answer.None(why));
    ForkRequest request = forks.get(wanted.id());
    if (request != null) {
      request.birth().completeExceptionally(new IOException(why));
    }
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
          log.warn("killing the app's host", "pid", pid(), "reason", why);
          tell(current, HostProcess::kill);
        }
        case HostAction.Quit quit -> tell(current, HostProcess::quit);
        case HostAction.Describe(AppDescription app) -> described(app);
        case HostAction.Report(AppFault failed) -> report(failed);
        case HostAction.Mourn(String how) -> {
          trouble = how;
          log.error("an app lost its host; its processes go on", "error", how);
        }
        case HostAction.Hand(String id) -> hand(id);
        case HostAction.Reply(String id, Answer answer) -> reply(id, answer);
        case HostAction.Refuse(Wanted wanted, String why) -> refuse(wanted, why);
        case HostAction.Disown(String id) -> socket.disown(id);
      }
    }

    private static void tell(@Nullable HostProcess current, Consumer<HostProcess> what) {
      if (current != null) {
        what.accept(current);
      }
    }
  }
}
