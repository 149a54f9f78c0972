package io.lkagent.install;

import io.lkagent.agents.AgentSource;
import io.lkagent.agents.JavaRuntime;
import io.lkagent.agents.JobCaches;
import io.lkagent.agents.VadEngine;
import io.lkagent.api.AgentRequest;
import io.lkagent.api.ApiException;
import io.lkagent.api.Credentials;
import io.lkagent.api.LiveKitApi;
import io.lkagent.cli.Cli;
import io.lkagent.http.CannotListenException;
import io.lkagent.pool.PoolSettings;
import io.lkagent.protocol.Endpoint;
import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.ChildSettings;
import io.lkagent.time.Time;
import io.lkagent.worker.ProcessRow;
import io.lkagent.worker.WorkerListener;
import io.lkagent.worker.WorkerNews;
import io.lkagent.worker.WorkerService;
import io.lkagent.worker.WorkerSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The program at work in front of a JVM that records it ({@code -XX:AOTCacheOutput}): its short
 * commands, a worker that serves one room, whose process records itself too, or the same with a dev
 * server beside it. The first worker's server is another process: a worker's cache with the dev
 * server in it would cost each worker 20 MB.
 */
public final class Training {
  /** Not called here, because it ends the process. */
  private static final String MAIN = "io.lkagent.Main";

  private static final String AGENT = "training";

  /** A recording process writes its cache at its end, which takes it seconds. */
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private static final Duration STEP = Duration.ofMillis(50);

  /** A port that nobody listens on. */
  private static final String NOBODY = "http://127.0.0.1:9";

  /** Command lines as people type them; that some of them fail here is as in life. */
  private static final List<List<String>> COMMANDS =
      List.of(
          List.of("--version"),
          List.of("--help"),
          List.of("worker", "start", "--help"),
          List.of("worker", "start", "--print-config"),
          List.of("status", "--runtime-dir", "/nonexistent"),
          List.of("status", "--url", NOBODY, "-o", "json"),
          List.of("dispatch", "room", "--url", NOBODY, "--api-key", "key", "--wait", "1s"),
          List.of("worker", "health", "--timeout", "1s"),
          List.of("worker", "drain", "--timeout", "1s"),
          List.of("probe-init", "--runs", "2"));

  private Training() {}

  /**
   * Trains {@code commands}; {@code worker DIR PORT}: a worker of the server on that port and, into
   * that folder, its job process; or {@code dev DIR}: a worker and its server.
   */
  public static void main(String[] args) throws Exception {
    if (args.length == 2 && args[0].equals("renew")) {
      ModernClasses.renew(Path.of(args[1]));
    } else if (args.length == 1 && args[0].equals("commands")) {
      Class.forName(MAIN);
      COMMANDS.forEach(words -> Cli.start(words.toArray(String[]::new)));
    } else if (args.length == 3 && args[0].equals("worker")) {
      Class.forName(MAIN);
      Cli.start(new String[] {"worker", "start", "--print-config"});
      serveOneRoom(args[2], Path.of(args[1], "job.aot"), VadEngine.PLAIN, JobCaches.Kind.JOB);
    } else if (args.length == 3 && args[0].equals("onnxruntime")) {
      Path cache = Path.of(args[1], "onnxruntime.aot");
      serveOneRoom(args[2], cache, VadEngine.ONNXRUNTIME, JobCaches.Kind.ONNXRUNTIME);
    } else if (args.length == 2 && args[0].equals("dev")) {
      Class.forName(MAIN);
      Cli.start(new String[] {"worker", "start", "--print-config"});
      try (TrainingServer server = TrainingServer.start()) {
        serveOneRoom(server.port(), Path.of(args[1], "unused-job.aot"), VadEngine.OFF, null);
      }
    } else {
      throw new IllegalArgumentException(
          "usage: Training renew JAR | commands | worker DIR PORT | onnxruntime DIR PORT | dev DIR");
    }
  }

  /** Serves a room; what its job process has recorded is sealed as {@code kind}, if any. */
  private static void serveOneRoom(
      String port, Path jobCache, VadEngine vad, JobCaches.@Nullable Kind kind)
      throws CannotListenException,
          IOException,
          ApiException,
          InterruptedException,
          ExecutionException,
          TimeoutException {
    Watch watch = new Watch();
    Credentials credentials = Credentials.of(TrainingServer.KEY, TrainingServer.SECRET);
    Endpoint endpoint = Endpoint.of("ws://127.0.0.1:" + port);
    WorkerSettings settings = settings(endpoint, credentials, vad, jobCache);
    try (WorkerService worker = WorkerService.start(settings, watch, Time.system());
        LiveKitApi api = new LiveKitApi(endpoint, credentials, LIMIT)) {
      within(watch.registered);
      api.createRoom(AGENT, "", Duration.ZERO, Duration.ZERO, List.of(new AgentRequest(AGENT, "")));
      within(watch.running);
      while (api.participants(AGENT).isEmpty()) {
        Time.system().sleep(STEP);
      }
      if (vad != VadEngine.OFF) {
        // onnxruntime crashes when its process ends while it computes.
        within(watch.loaded);
      }
      api.deleteRoom(AGENT);
      within(watch.ended);
      worker.rehearse();
      if (kind != null) {
        JobCaches.seal(jobCache, kind);
      }
      worker.drain();
      within(worker.end());
    }
  }

  private static <T> T within(CompletableFuture<T> event)
      throws InterruptedException, ExecutionException, TimeoutException {
    return event.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** One room and no warm process, so that exactly one process records. */
  private static WorkerSettings settings(
      Endpoint endpoint, Credentials credentials, VadEngine vad, Path jobCache) {
    ChildSettings usual = ChildSettings.defaults();
    return new WorkerSettings(
        AGENT,
        endpoint,
        credentials,
        AGENT,
        new AgentSource.BuiltIn(vad),
        JavaRuntime.own(List.of()).recording(jobCache),
        Map.of(),
        null,
        false,
        new ChildSettings(
            LIMIT,
            LIMIT,
            LIMIT,
            usual.pingInterval(),
            LIMIT,
            LIMIT,
            usual.memoryWarn(),
            usual.memoryLimit(),
            usual.options()),
        new PoolSettings(0, 1, 1, 0, LIMIT),
        Duration.ofSeconds(30),
        Duration.ZERO,
        1,
        WorkerSettings.LoadSource.JOBS,
        0.7f,
        "127.0.0.1",
        0,
        null,
        Path.of(System.getProperty("java.io.tmpdir")));
  }

  /** The moments that the training waits for. */
  private static final class Watch implements WorkerListener {
    private final CompletableFuture<Boolean> registered = new CompletableFuture<>();
    private final CompletableFuture<Boolean> running = new CompletableFuture<>();
    private final CompletableFuture<Boolean> loaded = new CompletableFuture<>();
    private final CompletableFuture<String> ended = new CompletableFuture<>();

    @Override
    public void news(WorkerNews news) {
      if (news instanceof WorkerNews.Registered) {
        registered.complete(true);
      }
    }

    @Override
    public void process(ProcessRow row, ChildNews news) {
      if (row.state().equals("running")) {
        running.complete(true);
      }
      if (news instanceof ChildNews.PhaseEnded(var phase) && phase.name().equals("vad")) {
        loaded.complete(true);
      }
      if (news instanceof ChildNews.Ended) {
        ended.complete(row.reason());
        loaded.complete(false);
        running.completeExceptionally(new IllegalStateException("ended with " + row.reason()));
      }
    }
  }
}
