package io.lkagent.cli;

import io.lkagent.agents.AgentSource;
import io.lkagent.agents.JavaRuntime;
import io.lkagent.api.AgentRequest;
import io.lkagent.api.ApiException;
import io.lkagent.api.Credentials;
import io.lkagent.api.LiveKitApi;
import io.lkagent.devserver.DevServer;
import io.lkagent.devserver.DevServerConfig;
import io.lkagent.devserver.DevServerStartException;
import io.lkagent.frameworks.AppFault;
import io.lkagent.lifecycle.CloseStack;
import io.lkagent.log.Level;
import io.lkagent.log.LogFormat;
import io.lkagent.log.LogPipeline;
import io.lkagent.metrics.WorkerMetrics;
import io.lkagent.pool.PoolSettings;
import io.lkagent.process.ProcessSpec;
import io.lkagent.protocol.Endpoint;
import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.ChildSettings;
import io.lkagent.time.Time;
import io.lkagent.worker.ProcessRow;
import io.lkagent.worker.Worker;
import io.lkagent.worker.WorkerListener;
import io.lkagent.worker.WorkerNews;
import io.lkagent.worker.WorkerSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** {@code lkagent demo}: many rooms at once on a dev server, each with a process of its own. */
final class Demo implements UseCases.DemoRun {
  private static final String AGENT = "demo";
  private static final Duration STEP = Duration.ofMillis(50);
  private static final Duration CALL = Duration.ofSeconds(30);
  private static final Duration BASE_LIMIT = Duration.ofSeconds(60);
  private static final Duration PER_ROOM = Duration.ofSeconds(1);
  private static final int MEBI = 1024 * 1024;

  private final Time time = Time.system();

  @Override
  public ExitCode run(DemoRequest request, Console console) {
    LogPipeline.install(new LogPipeline(Level.WARN, LogFormat.TEXT, System.err));
    Map<String, ProcessRow> rows = new ConcurrentSkipListMap<>();
    DevServerConfig config = DevServerConfig.defaults();
    Credentials credentials = Credentials.of(config.apiKey(), config.apiSecret());
    try (CloseStack open = new CloseStack();
        DevServer server = DevServer.start(config)) {
      AppStart.Loaded app = request.app().given() ? load(request.app(), open) : null;
      Endpoint endpoint = Endpoint.of(server.url());
      try (LiveKitApi api = new LiveKitApi(endpoint, credentials, CALL);
          Worker worker = worker(endpoint, credentials, request.rooms(), app, rows)) {
        return serve(request, worker.start(), api, rows, console);
      }
    } catch (AppFault e) {
      return AppStart.failed(e, console);
    } catch (DevServerStartException e) {
      console.error(String.valueOf(e.getMessage()));
      return ExitCode.CANNOT_LISTEN;
    } catch (IOException | ApiException e) {
      console.error(String.valueOf(e.getMessage()));
      return ExitCode.UNREACHABLE;
    }
  }

  private AppStart.Loaded load(AppChoice choice, CloseStack open) throws AppFault {
    Map<String, String> environment = System.getenv();
    Path folder = Path.of("").toAbsolutePath();
    return new AppStart(environment, open, time)
        .load(
            choice.command(environment, folder),
            new ProcessSpec(List.of(), Map.of(), WorkerSettings.WITHHELD, folder),
            RuntimeFolder.of(null, environment),
            ChildSettings.defaults().initTimeout());
  }

  private Worker worker(
      Endpoint endpoint,
      Credentials credentials,
      int rooms,
      AppStart.@Nullable Loaded app,
      Map<String, ProcessRow> rows)
      throws IOException {
    int few = Math.min(Runtime.getRuntime().availableProcessors(), 4);
    WorkerSettings settings =
        new WorkerSettings(
            "demo",
            endpoint,
            credentials,
            AGENT,
            app == null ? new AgentSource.BuiltIn() : app.source(),
            JavaRuntime.own(List.of()),
            Map.of(),
            null,
            false,
            ChildSettings.defaults(),
            new PoolSettings(few, rooms, few, 3, BASE_LIMIT.plus(PER_ROOM.multipliedBy(rooms))),
            Duration.ofSeconds(30),
            Duration.ZERO,
            -1,
            WorkerSettings.LoadSource.JOBS,
            0.7f,
            "127.0.0.1",
            0,
            null,
            Path.of(""),
            app == null ? null : app.host());
    return new Worker(
        settings,
        new WorkerMetrics(),
        new WorkerListener() {
          @Override
          public void news(WorkerNews news) {}

          @Override
          public void process(ProcessRow row, ChildNews news) {
            if (!row.room().isEmpty()) {
              rows.put(row.room(), row);
            }
          }
        },
        time);
  }

  private ExitCode serve(
      DemoRequest request,
      Worker worker,
      LiveKitApi api,
      Map<String, ProcessRow> rows,
      Console console)
      throws ApiException {
    int rooms = request.rooms();
    Duration limit = BASE_LIMIT.plus(PER_ROOM.multipliedBy(rooms));
    await(Duration.ofSeconds(30), () -> worker.health().state().ready());
    console.note("opening " + rooms + " rooms at once");
    List<String> names =
        IntStream.rangeClosed(1, rooms)
            .mapToObj(i -> String.format(Locale.ROOT, "room-%03d", i))
            .toList();
    atOnce(
        names,
        name ->
            api.createRoom(
                name, "", Duration.ZERO, Duration.ZERO, List.of(new AgentRequest(AGENT, ""))));
    boolean all = await(limit, () -> running(worker) == rooms);
    console.note(running(worker) + " of " + rooms + " rooms are served");
    List<Long> pids =
        worker.processes().stream()
            .filter(r -> r.state().equals("running"))
            .map(ProcessRow::pid)
            .distinct()
            .toList();
    time.sleep(request.hold());
    console.note("closing them");
    atOnce(
        names,
        name -> {
          api.deleteRoom(name);
          return name;
        });
    await(limit, () -> rows.values().stream().allMatch(r -> r.state().equals("ended")));
    worker.drain();
    await(limit, () -> worker.end().isDone());
    long left = pids.stream().filter(Demo::alive).count();
    print(rows.values(), console);
    console.result("");
    console.result(rooms + " rooms, " + pids.size() + " distinct processes, " + left + " left");
    return all && pids.size() == rooms && left == 0 ? ExitCode.DONE : ExitCode.VERDICT_NO;
  }

  private static long running(Worker worker) {
    return worker.processes().stream().filter(r -> r.state().equals("running")).count();
  }

  private static boolean alive(long pid) {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
  }

  private boolean await(Duration limit, BooleanSupplier condition) {
    long deadline = time.deadline(limit);
    while (!condition.getAsBoolean()) {
      if (time.nanos() - deadline > 0) {
        return false;
      }
      time.sleep(STEP);
    }
    return true;
  }

  /** A call of the API for one room. */
  private interface Call {
    Object of(String room) throws ApiException;
  }

  private static void atOnce(List<String> names, Call call) throws ApiException {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Object>> calls =
          names.stream().<Callable<Object>>map(name -> () -> call.of(name)).toList();
      for (Future<Object> done : threads.invokeAll(calls)) {
        if (done.state() == Future.State.FAILED
            && done.exceptionNow() instanceof ApiException failed) {
          throw failed;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void print(Collection<ProcessRow> rows, Console console) {
    console.result(
        line("ROOM", "PID", "STATE", "SPAWN→READY", "ASSIGNED→ENTRY", "PSS", "EXIT REASON"));
    for (ProcessRow row : rows) {
      console.result(
          line(
              row.room(),
              Long.toString(row.pid()),
              row.state(),
              row.initTime().toMillis() + " ms",
              String.format(Locale.ROOT, "%.1f ms", row.latency().toNanos() / 1e6),
              row.pss() == 0 ? "-" : row.pss() / MEBI + " MiB",
              row.reason()));
    }
  }

  private static String line(
      String room, String pid, String state, String init, String entry, String pss, String reason) {
    return String.format(
            Locale.ROOT,
            "%-10s %8s  %-8s %12s %15s %9s  %s",
            room,
            pid,
            state,
            init,
            entry,
            pss,
            reason)
        .stripTrailing();
  }
}
