package io.lkagent.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.lkagent.json.Json;
import io.lkagent.log.Log;
import io.lkagent.metrics.Exposition;
import io.lkagent.metrics.WorkerMetrics;
import io.lkagent.time.Time;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The worker's HTTP server: {@code /livez}, {@code /readyz}, {@code /}, {@code /worker}, {@code
 * /status}, {@code /metrics}. Each request has a virtual thread, so a slow client holds nobody but
 * itself.
 */
public final class OpsServer implements AutoCloseable {
  private static final Log log = Log.of(OpsServer.class);
  private static final String JSON = "application/json; charset=utf-8";

  static {
    // The JDK's server reads its limits once, from system properties: a client may take 10 seconds
    // to ask and 10 to read, and 256 connections are enough for probes and scrapers.
    limit("sun.net.httpserver.maxReqTime", "10");
    limit("sun.net.httpserver.maxRspTime", "10");
    limit("sun.net.httpserver.timerMillis", "5000");
    limit("jdk.httpserver.maxConnections", "256");
  }

  private final HttpServer server;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("http-", 0).factory());
  private final HealthSource health;
  private final Supplier<WorkerInfo> worker;
  private final StatusSource status;
  private final WorkerMetrics metrics;

  private OpsServer(
      HttpServer server,
      HealthSource health,
      Supplier<WorkerInfo> worker,
      StatusSource status,
      WorkerMetrics metrics) {
    this.server = server;
    this.health = health;
    this.worker = worker;
    this.status = status;
    this.metrics = metrics;
  }

  /**
   * Listens and answers.
   *
   * @throws CannotListenException with one line that says what to do
   */
  public static OpsServer start(
      Listen listen,
      HealthSource health,
      Supplier<WorkerInfo> worker,
      StatusSource status,
      WorkerMetrics metrics)
      throws CannotListenException {
    OpsServer ops = new OpsServer(listen.bind(), health, worker, status, metrics);
    ops.server.createContext("/", ops::serve);
    ops.server.setExecutor(ops.threads);
    ops.server.start();
    try {
      listen.announce(ops.port());
    } catch (CannotListenException e) {
      ops.close();
      throw e;
    }
    return ops;
  }

  /** The port that is listened on. */
  public int port() {
    return server.getAddress().getPort();
  }

  /** Stops at once; requests under way are cut. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      send(exchange, answered(exchange));
    }
  }

  private Answer answered(HttpExchange exchange) {
    String method = exchange.getRequestMethod();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      return error(405, "only GET and HEAD are known here");
    }
    try {
      return answer(exchange);
    } catch (RuntimeException e) {
      log.error("a defect: no answer to a request", e, "path", exchange.getRequestURI().getPath());
      return error(500, "a defect of the worker; its log says more");
    }
  }

  private Answer answer(HttpExchange exchange) {
    return switch (String.valueOf(exchange.getRequestURI().getPath())) {
      case "/" -> root(health.current());
      case "/livez" -> probe(health.current(), HealthState::live);
      case "/readyz" -> probe(health.current(), HealthState::ready);
      case "/worker" -> new Answer(200, JSON, worker.get().json(Caller.isLocal(exchange)));
      case "/status" -> new Answer(200, JSON, Json.write(status.current(Caller.isLocal(exchange))));
      case "/metrics" -> metrics(exchange.getRequestHeaders().getFirst("Accept"));
      default -> error(404, "known here: / /livez /readyz /worker /status /metrics");
    };
  }

  private static Answer root(Health now) {
    boolean healthy = now.state().healthy();
    return new Answer(
        healthy ? 200 : 503,
        JSON,
        Json.write(
            Json.object(
                "status", healthy ? "healthy" : "unhealthy",
                "timestamp", Time.raw().wall().truncatedTo(ChronoUnit.MILLIS),
                "worker_id", now.workerId(),
                "active_jobs", now.activeJobs(),
                "error", healthy ? null : sentence(now))));
  }

  private static Answer probe(Health now, java.util.function.Predicate<HealthState> question) {
    boolean yes = question.test(now.state());
    return new Answer(
        yes ? 200 : 503,
        JSON,
        Json.write(
            Json.object(
                "status", yes ? "ok" : "failing",
                "state", now.state().word(),
                "reason", now.state() instanceof HealthState.Registered ? null : sentence(now),
                "worker_id", now.workerId(),
                "pid", ProcessHandle.current().pid())));
  }

  private static String sentence(Health now) {
    return now.error() == null ? now.state().sentence() : now.error();
  }

  private Answer metrics(@Nullable String accept) {
    Exposition exposition = metrics.exposition(accept);
    return new Answer(200, exposition.contentType(), exposition.body());
  }

  private static Answer error(int status, String message) {
    return new Answer(status, JSON, Json.write(Json.object("error", message)));
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", answer.contentType());
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
      exchange.sendResponseHeaders(answer.status(), -1);
    } else {
      exchange.sendResponseHeaders(answer.status(), body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static void limit(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  private record Answer(int status, String contentType, String body) {}
}
