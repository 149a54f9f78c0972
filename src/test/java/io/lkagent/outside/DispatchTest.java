package io.lkagent.outside;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.json.Json;
import io.lkagent.json.JsonObject;
import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.Eventually;
import io.lkagent.testing.Lkagent;
import io.lkagent.testing.ServerUnderTest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lkagent dispatch} and {@code lkagent status} as an operator runs them. */
final class DispatchTest {
  private static final String SHELL =
      "sh " + Path.of("examples/shell-agent/agent.sh").toAbsolutePath();

  @TempDir Path folder;
  private final List<Lkagent> runs = new ArrayList<>();

  @AfterEach
  void close() {
    runs.forEach(Lkagent::close);
  }

  @Test
  void agentThatJoins_isJoined_reused_listed_shown_andEnded() {
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker = Lkagent.worker(folder, server, Map.of("HOSTNAME", "this-host"))) {
      worker.awaitLog("registered");
      worker.awaitLog("a process is ready");
      JsonObject joined = json(server, 0, "dispatch", "räume 1", "--agent-name", "outside");
      assertEquals("joined", joined.string("outcome"));
      assertTrue(joined.flag("room_created", false));
      assertEquals(worker.pid(), joined.object("process").number("worker_pid"));
      assertTrue(worker.jobProcesses().contains(joined.object("process").number("pid")));
      assertTrue(joined.object("stages_ms").real("joined", -1) > 0, joined::toString);

      JsonObject again = json(server, 0, "dispatch", "räume 1", "--agent-name", "outside");
      assertTrue(again.flag("reused", false));
      String id = joined.string("dispatch_id");
      assertEquals(id, again.string("dispatch_id"));

      JsonObject shown = json(server, 0, "status").objects("workers").getFirst();
      assertEquals("this-host", shown.string("name"));
      JsonObject process =
          shown.objects("processes").stream()
              .filter(one -> one.has("room_name"))
              .findFirst()
              .orElseThrow();
      assertEquals("räume 1", process.string("room_name"));
      assertEquals(id, process.string("dispatch_id"));
      assertTrue(process.real("init_ms", 0) > 0 && process.number("age_ms") >= 0);

      String remote = remoteStatus(worker);
      assertTrue(remote.contains("\"pid\":" + process.number("pid")), remote);
      assertFalse(remote.contains("räume") || remote.contains(id), remote);

      assertEquals("live", listed(server).getFirst().string("state"));
      assertEquals(0, run(server, "dispatch", "räume 1", "--delete", id, "--quiet").awaitExit());
      assertEquals(1, run(server, "dispatch", "räume 1", "--delete", id).awaitExit());
      assertEquals(List.of(), listed(server));
    }
  }

  @Test
  void agentThatRunsAndNeverJoins_isExit8_withItsPid() {
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker = Lkagent.worker(folder, server, Map.of(), "--exec", SHELL)) {
      worker.awaitLog("registered");
      Lkagent run = run(server, "dispatch", "a", "--agent-name", "outside", "--wait", "3s");
      assertEquals(8, run.awaitExit(), run::said);
      worker.awaitJobProcesses(2);
      String said = run.stderr();
      assertTrue(
          worker.jobProcesses().stream()
              .anyMatch(pid -> said.contains("it runs as pid " + pid + " under worker")),
          said);
      assertEquals("", run.stdout());
    }
  }

  @Test
  void nobodyOfThatName_isSaidAtOnce_andExit7() {
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker = Lkagent.worker(folder, server, Map.of())) {
      worker.awaitLog("registered");
      Lkagent run = run(server, "dispatch", "a", "--agent-name", "outsid", "--wait", "8100ms");
      Eventually.eventually(
          Duration.ofSeconds(30),
          run::said,
          () -> run.stderr().contains("did you mean \"outside\"?"));
      assertTrue(run.isAlive(), run::said);
      assertEquals(7, run.awaitExit(), run::said);
      assertEquals(List.of(), listed(server));
    }
  }

  @Test
  void workerThatIsFull_isSaidSo() {
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker = Lkagent.worker(folder, server, Map.of(), "--max-jobs", "1")) {
      worker.awaitLog("registered");
      assertEquals(0, run(server, "dispatch", "a", "--agent-name", "outside").awaitExit());
      Lkagent run = run(server, "dispatch", "b", "--agent-name", "outside", "--wait", "1s");
      assertEquals(7, run.awaitExit(), run::said);
      assertTrue(run.stderr().contains("is full (1 of 1 rooms)"), run.stderr());
      Lkagent status = run(server, "status");
      assertEquals(0, status.awaitExit(), status::said);
      assertTrue(status.stdout().lines().toList().get(1).contains("  full  "), status::said);
    }
  }

  @Test
  void wrongKey_noServer_areOneLineAndTheirExitCodes() {
    try (ServerUnderTest server = DevServerUnderTest.start()) {
      Lkagent refused = run(server, Map.of("LIVEKIT_API_SECRET", "wrong"), "dispatch", "a");
      Lkagent nobody = run(server, Map.of("LIVEKIT_URL", "ws://127.0.0.1:1"), "dispatch", "a");
      Lkagent tooLong = run(server, Map.of(), "dispatch", "x".repeat(257));
      assertEquals(4, refused.awaitExit(), refused::said);
      assertTrue(refused.stderr().contains("check LIVEKIT_API_KEY and LIVEKIT_API_SECRET"));
      assertEquals(3, nobody.awaitExit(), nobody::said);
      assertTrue(nobody.stderr().contains("check LIVEKIT_URL"), nobody.stderr());
      assertEquals(2, tooLong.awaitExit(), tooLong::said);
      for (Lkagent run : List.of(refused, nobody, tooLong)) {
        assertEquals("", run.stdout());
        assertEquals(1, run.stderr().lines().filter(l -> l.startsWith("lkagent: ")).count());
      }
    }
  }

  @Test
  void status_ofAWorkerThatIsGone_saysSo_andOfNone_isExit3() throws IOException {
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker = Lkagent.worker(folder, server, Map.of("HOSTNAME", "short-lived"))) {
      worker.awaitLog("registered");
      String url = "http://127.0.0.1:" + worker.port();
      JsonObject byUrl = json(server, 0, "status", "--url", url);
      assertEquals(worker.pid(), byUrl.objects("workers").getFirst().number("pid"));
      Lkagent some = run(server, "status", "--url", url, "--url", "127.0.0.1:1");
      assertEquals(9, some.awaitExit(), some::said);
      worker.signal("KILL");
      worker.awaitExit();
      Lkagent gone = run(server, "status");
      assertEquals(3, gone.awaitExit(), gone::said);
      assertTrue(
          gone.stderr().contains("worker short-lived (pid " + worker.pid() + ") is gone"),
          gone.stderr());
      try (var entries = Files.list(folder.resolve("runtime/lkagent"))) {
        assertEquals(0, entries.count());
      }
      Lkagent none = run(server, "status");
      assertEquals(3, none.awaitExit(), none::said);
      assertTrue(none.stderr().startsWith("lkagent: no worker runs here"), none.stderr());
      Lkagent silent = run(server, "status", "--url", url);
      assertEquals(3, silent.awaitExit(), silent::said);
    }
  }

  /** What a caller gets who comes through a proxy, and so perhaps from elsewhere. */
  private static String remoteStatus(Lkagent worker) {
    URI uri = URI.create("http://127.0.0.1:" + worker.port() + "/status");
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(uri)
                  .header("X-Forwarded-For", "192.0.2.1")
                  .timeout(Duration.ofSeconds(10))
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private List<JsonObject> listed(ServerUnderTest server) {
    return json(server, 0, "dispatch", "--list").objects("dispatches");
  }

  private JsonObject json(ServerUnderTest server, int exit, String... command) {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of("-o", "json"));
    Lkagent run = run(server, all.toArray(String[]::new));
    assertEquals(exit, run.awaitExit(), run::said);
    assertFalse(run.stdout().contains(server.secret()), run.stdout());
    JsonObject json = Json.parseObject(run.stdout());
    assertEquals(1, json.number("schema_version"));
    return json;
  }

  private Lkagent run(ServerUnderTest server, String... command) {
    return run(server, Map.of(), command);
  }

  private Lkagent run(ServerUnderTest server, Map<String, String> change, String... command) {
    Map<String, String> environment = new HashMap<>(Lkagent.keys(server));
    environment.putAll(change);
    Lkagent run = Lkagent.start(folder, environment, command);
    runs.add(run);
    return run;
  }
}
