package io.lkagent.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.json.Json;
import io.lkagent.json.JsonObject;
import io.lkagent.metrics.WorkerMetrics;
import io.lkagent.time.Time;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class OpsServerTest {
  @TempDir Path folder;

  private volatile Health health = health(new HealthState.Registered(), null);
  private final WorkerMetrics metrics = new WorkerMetrics();
  private final HttpClient client = HttpClient.newHttpClient();
  private OpsServer server;

  @BeforeEach
  void start() throws CannotListenException {
    server = server(0, folder.resolve("port"));
  }

  @AfterEach
  void stop() {
    server.close();
    client.shutdownNow();
  }

  static Stream<Arguments> states() {
    return Stream.of(
        Arguments.of(new HealthState.Starting(), 200, 503, 503),
        Arguments.of(new HealthState.Registered(), 200, 200, 200),
        Arguments.of(new HealthState.Disconnected(Instant.EPOCH), 200, 503, 503),
        Arguments.of(new HealthState.CrashLoop("init-failed"), 200, 503, 503),
        Arguments.of(new HealthState.Draining(), 200, 503, 200),
        Arguments.of(new HealthState.StandingStill("pool"), 503, 503, 503));
  }

  @ParameterizedTest
  @MethodSource("states")
  void health_inEachState_answersAsTheTableSays(HealthState state, int live, int ready, int root)
      throws Exception {
    health = health(state, null);
    assertEquals(live, get("/livez").statusCode());
    assertEquals(ready, get("/readyz").statusCode());
    HttpResponse<String> answer = get("/");
    assertEquals(root, answer.statusCode());
    JsonObject json = Json.parseObject(answer.body());
    assertEquals(root == 200 ? "healthy" : "unhealthy", json.string("status"));
    assertEquals(root != 200, json.has("error"));
    assertEquals("host-1", json.string("worker_id"));
    assertEquals(3, json.number("active_jobs"));
    assertTrue(Instant.parse(json.string("timestamp")).isAfter(Instant.EPOCH));
  }

  @Test
  void root_disconnected_saysSoInTheKnownWords() throws Exception {
    health = health(new HealthState.Disconnected(Instant.EPOCH), null);
    assertEquals("LiveKit disconnected", Json.parseObject(get("/").body()).string("error"));
    health = health(new HealthState.CrashLoop("x"), "init-failed: no module named foo");
    assertEquals(
        "init-failed: no module named foo", Json.parseObject(get("/").body()).string("error"));
  }

  @Test
  void readyz_notReady_givesReasonWorkerAndPid() throws Exception {
    health = health(new HealthState.CrashLoop("init-failed"), null);
    JsonObject json = Json.parseObject(get("/readyz").body());
    assertEquals("agent processes fail to start: init-failed", json.string("reason"));
    assertEquals("crash-loop", json.string("state"));
    assertEquals(ProcessHandle.current().pid(), json.number("pid"));
  }

  @Test
  void worker_localCaller_seesDetailsAndOthersDoNot() throws Exception {
    JsonObject json = Json.parseObject(get("/worker").body());
    assertEquals("JT_ROOM", json.string("worker_type"));
    assertEquals("my-agent", json.string("agent_name"));
    assertEquals(3, json.number("active_jobs"));
    assertEquals(1, json.number("protocol_version"));
    assertTrue(get("/worker").body().contains("secret room"));
    assertFalse(raw("GET /worker HTTP/1.0\r\nHost: evil.example\r\n\r\n").contains("secret room"));
    assertFalse(
        raw("GET /worker HTTP/1.0\r\nHost: localhost\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n")
            .contains("secret room"));
  }

  @Test
  void metrics_get_isPrometheusText() throws Exception {
    HttpResponse<String> answer = get("/metrics");
    assertTrue(answer.headers().firstValue("Content-Type").orElse("").startsWith("text/plain"));
    assertTrue(answer.body().contains("active_agent_processes 0.0"));
  }

  @Test
  void unknownPathAndMethods_areRefusedInJson() throws Exception {
    HttpResponse<String> missing = get("/livez/x");
    assertEquals(404, missing.statusCode());
    assertTrue(Json.parseObject(missing.body()).has("error"));
    HttpResponse<String> posted = send("POST", "/");
    assertEquals(405, posted.statusCode());
    assertEquals("GET, HEAD", posted.headers().firstValue("Allow").orElse(""));
    HttpResponse<String> head = send("HEAD", "/readyz");
    assertEquals(200, head.statusCode());
    assertEquals("", head.body());
  }

  @Test
  void slowClients_many_holdNobodyElse() throws Exception {
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 60; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.getOutputStream().write("GET / HT".getBytes(StandardCharsets.US_ASCII));
        slow.add(socket);
      }
      assertEquals(200, get("/livez").statusCode());
      long start = Time.raw().nanos();
      server.close();
      assertTrue(Time.raw().nanos() - start < Duration.ofSeconds(2).toNanos());
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void start_portZero_writesThePortToItsFile() throws IOException {
    assertEquals(server.port() + "\n", Files.readString(folder.resolve("port")));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void start_portTaken_saysWhatWhereAndWhatToDo() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String message =
          assertThrows(CannotListenException.class, () -> server(taken.getLocalPort(), null))
              .getMessage();
      assertEquals(
          "cannot listen on 127.0.0.1:"
              + taken.getLocalPort()
              + ": address already in use; choose another port with --port (0: any free one)",
          message);
    }
  }

  @Test
  void start_portFileCannotBeWritten_saysSoAndStops() {
    Path file = folder.resolve("missing/port");
    String message =
        String.valueOf(
            assertThrows(CannotListenException.class, () -> server(0, file)).getMessage());
    assertTrue(message.contains("--port-file"), message);
    assertTrue(message.contains("no such folder"), message);
  }

  private OpsServer server(int port, @Nullable Path portFile) throws CannotListenException {
    WorkerInfo info =
        new WorkerInfo(
            "my-agent", "JT_ROOM", 0.3, 3, "0.1.0", 1, Map.of("rooms", List.of("secret room")));
    return OpsServer.start(
        new Listen("127.0.0.1", port, portFile),
        () -> health,
        () -> info,
        local -> Json.object("names", local),
        metrics);
  }

  private static Health health(HealthState state, @Nullable String error) {
    return new Health(state, "host-1", 3, error);
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send("GET", path);
  }

  private HttpResponse<String> send(String method, String path)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .timeout(Duration.ofSeconds(10))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(answer.contains("my-agent"), answer);
      return answer;
    }
  }
}
