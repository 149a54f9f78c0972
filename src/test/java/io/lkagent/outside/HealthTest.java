package io.lkagent.outside;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.json.Json;
import io.lkagent.json.JsonObject;
import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.Lkagent;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.ServerUnderTest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What probes of the real command answer in each of its states. */
final class HealthTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir Path folder;

  @Test
  void probes_fromTheStartToTheDrain_answerAsTheTableSays() {
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent starting =
            Lkagent.start(
                folder,
                Map.of(
                    "LIVEKIT_URL", "ws://127.0.0.1:1",
                    "LIVEKIT_API_KEY", "key",
                    "LIVEKIT_API_SECRET", "secret"),
                Lkagent.workerArguments());
        Lkagent worker = Lkagent.worker(folder, server, Map.of("HOSTNAME", "this-host"))) {
      assertProbes(starting, 200, 503, 503);
      health(starting, 1);
      worker.awaitLog("registered");
      assertProbes(worker, 200, 200, 200);
      health(worker, 0);
      JsonObject body = Json.parseObject(worker.get("/").body());
      assertEquals("healthy", body.string("status"));
      assertEquals("this-host", body.string("worker_id"));
      assertTrue(body.string("timestamp").matches("\\d{4}-.*"), body.string("timestamp"));

      ServerApi api = new ServerApi(server);
      api.createRoom("a", "outside");
      worker.awaitLog("the agent runs");
      worker.signal("TERM");
      worker.awaitLog("draining: no new jobs");
      assertProbes(worker, 200, 503, 200);
      api.deleteRoom("a");
      worker.awaitNothingLeft(SOON);
    }
  }

  @Test
  @SuppressWarnings("try") // The server is closed while the worker runs: that is the case.
  void probes_withoutTheServer_sayThatLiveKitIsDisconnected() {
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker = Lkagent.worker(folder, server, Map.of())) {
      worker.awaitLog("registered");
      server.close();
      eventually(SOON, worker::said, () -> worker.status("/readyz") == 503);
      assertProbes(worker, 200, 503, 503);
      assertEquals(
          "LiveKit disconnected", Json.parseObject(worker.get("/").body()).string("error"));
      worker.signal("TERM");
      assertEquals(0, worker.awaitExit(), worker::said);
    }
  }

  @Test
  void health_byTheRuntimeFolder_tellsNotReadyHungAndGoneApart() {
    Map<String, String> nowhere =
        Map.of(
            "LIVEKIT_URL", "ws://127.0.0.1:1",
            "LIVEKIT_API_KEY", "key",
            "LIVEKIT_API_SECRET", "secret");
    try (Lkagent worker = Lkagent.start(folder, nowhere, Lkagent.workerArguments())) {
      worker.awaitLog("starting");
      found(1, "unhealthy, starting");
      worker.signal("STOP");
      found(1, "did not answer within 1 s", "--timeout", "1s");
      worker.signal("KILL");
      worker.awaitExit();
      found(3, "no worker runs here");
      worker.awaitNothingLeft(SOON);
    }
  }

  private void found(int code, String words, String... more) {
    List<String> arguments = new ArrayList<>(List.of("worker", "health"));
    arguments.addAll(List.of(more));
    try (Lkagent asked = Lkagent.start(folder, Map.of(), arguments.toArray(String[]::new))) {
      assertEquals(code, asked.awaitExit(), asked::said);
      assertTrue((asked.stdout() + asked.stderr()).contains(words), asked::said);
    }
  }

  private void health(Lkagent worker, int code) {
    try (Lkagent asked =
        Lkagent.start(
            folder, Map.of(), "worker", "health", "--port", Integer.toString(worker.port()))) {
      assertEquals(code, asked.awaitExit(), asked::said);
    }
  }

  private static void assertProbes(Lkagent worker, int live, int ready, int root) {
    assertEquals(
        List.of(live, ready, root),
        List.of(worker.status("/livez"), worker.status("/readyz"), worker.status("/")),
        worker::said);
  }
}
