package io.lkagent.worker;

import io.lkagent.control.RuntimeEntry;
import io.lkagent.http.CannotListenException;
import io.lkagent.http.Health;
import io.lkagent.http.Listen;
import io.lkagent.http.OpsServer;
import io.lkagent.http.WorkerInfo;
import io.lkagent.json.Json;
import io.lkagent.lifecycle.CloseStack;
import io.lkagent.log.Log;
import io.lkagent.log.LogPipeline;
import io.lkagent.metrics.WorkerMetrics;
import io.lkagent.process.MachineLimits;
import io.lkagent.time.Time;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A worker with everything around it: health and metrics, and its entry for other commands. */
public final class WorkerService implements AutoCloseable {
  private static final Log log = Log.of(WorkerService.class);
  private static final int PROTOCOL = 1;

  private final Worker worker;
  private final StatusReport report;
  private final CloseStack open = new CloseStack();

  private WorkerService(Worker worker) {
    this.worker = worker;
    this.report = new StatusReport(worker);
  }

  /**
   * Starts a worker.
   *
   * @throws CannotListenException when its port is taken
   * @throws IOException when its endpoint's certificates cannot be read
   */
  public static WorkerService start(WorkerSettings settings, WorkerListener listener, Time time)
      throws CannotListenException, IOException {
    WorkerMetrics metrics = new WorkerMetrics();
    metrics.showLog(() -> LogPipeline.current().written(), () -> LogPipeline.current().dropped());
    Worker worker = new Worker(settings, metrics, listener, time);
    WorkerService service = new WorkerService(worker);
    boolean started = false;
    try {
      service.open(settings, metrics);
      started = true;
      return service;
    } finally {
      if (!started) {
        service.open.close();
      }
    }
  }

  private void open(WorkerSettings settings, WorkerMetrics metrics) throws CannotListenException {
    OpsServer ops =
        open.push(
            OpsServer.start(
                new Listen(settings.host(), settings.port(), settings.portFile()),
                worker::health,
                this::info,
                report::all,
                metrics));
    report.listensOn(ops.port());
    enter(settings, ops.port());
    say(settings, ops.port());
    worker.start();
  }

  private static void say(WorkerSettings s, int port) {
    log.info(
        "starting",
        "worker",
        s.name(),
        "version",
        Version.TEXT,
        "server",
        s.endpoint().webSocketUri(),
        "agent_name",
        s.agentName(),
        "agent",
        s.agent().words(),
        "port",
        port,
        "max_jobs",
        s.pool().maxJobs(),
        "idle_processes",
        s.pool().idle());
    log.info(
        "timeouts",
        "init",
        words(s.child().initTimeout()),
        "shutdown",
        words(s.child().shutdownTimeout()),
        "drain",
        words(s.drainTimeout()),
        "idle",
        words(s.idleTimeout()),
        "ping_interval",
        words(s.child().pingInterval()),
        "ping",
        words(s.child().pingTimeout()));
    if (s.agentName().isEmpty()) {
      log.warn(
          "no agent name: this worker joins every new room of the project; --agent-name NAME makes"
              + " it wait for dispatches");
    }
    if (s.endpoint().plaintextToRemote()) {
      log.warn("ws:// to another host: tokens travel in the clear; use wss://");
    }
    if (ProcessHandle.current().pid() == 1) {
      log.warn("running as PID 1: nobody reaps orphans here; start it under an init such as tini");
    }
    MachineLimits.Demand demand =
        new MachineLimits.Demand(
            s.pool().maxJobs(), s.pool().idle(), s.pool().maxInitialising(), memoryGuess(s));
    new MachineLimits().warnings(demand).forEach(log::warn);
  }

  /** As the options take them: {@code 10s}, {@code 2.5s}, {@code 1m}. */
  private static String words(Duration duration) {
    return duration.toString().substring(2).toLowerCase(Locale.ROOT);
  }

  private static long memoryGuess(WorkerSettings settings) {
    long limit = settings.child().memoryLimit();
    return limit > 0 ? limit : 64L * 1024 * 1024;
  }

  /** A worker that cannot be found by commands is still a worker: said once, and gone on. */
  private void enter(WorkerSettings settings, int port) {
    Map<String, @Nullable Object> description =
        Json.object(
            "name", settings.name(),
            "pid", ProcessHandle.current().pid(),
            "version", Version.TEXT,
            "port", port,
            "agent_name", settings.agentName(),
            "url", settings.endpoint().webSocketUri().toString());
    try {
      open.push(
          RuntimeEntry.enter(
              settings.runtimeFolder(), settings.name(), description, this::command));
    } catch (IOException | RuntimeException e) {
      log.warn(
          "cannot write the runtime folder, so lkagent worker drain and status will not find this"
              + " worker; name a writable one with --runtime-dir",
          "folder",
          settings.runtimeFolder(),
          "error",
          e.toString());
    }
  }

  private Map<String, @Nullable Object> command(String name) {
    return switch (name) {
      case "health" -> healthJson();
      case "status" -> report.all(true);
      case "drain" -> {
        log.info("asked to drain by lkagent worker drain");
        int jobs = worker.health().activeJobs();
        worker.drainOnce();
        yield Json.object("ok", true, "jobs", jobs);
      }
      default -> Json.object("ok", false, "error", "unknown command " + name);
    };
  }

  private Map<String, @Nullable Object> healthJson() {
    Health health = worker.health();
    boolean healthy = health.state().healthy();
    return Json.object(
        "ok",
        true,
        "status",
        healthy ? "healthy" : "unhealthy",
        "state",
        health.state().word(),
        "worker_id",
        health.workerId(),
        "active_jobs",
        health.activeJobs(),
        "error",
        healthy ? null : health.error() == null ? health.state().sentence() : health.error());
  }

  private WorkerInfo info() {
    WorkerSettings settings = worker.settings();
    return new WorkerInfo(
        settings.agentName(),
        "JT_ROOM",
        worker.load(),
        worker.health().activeJobs(),
        Version.TEXT,
        PROTOCOL,
        Map.of("processes", report.processes(true)));
  }

  /** Plays jobs through for nobody, which otherwise waits for a quiet moment. */
  public void rehearse() {
    worker.rehearse();
  }

  public void drain() {
    worker.drain();
  }

  public void force() {
    worker.force();
  }

  /** Completes when the worker has ended. */
  public CompletableFuture<WorkerEnd> end() {
    return worker.end();
  }

  @Override
  public void close() {
    worker.close();
    open.close();
  }
}
