package io.lkagent.outside;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.Lkagent;
import io.lkagent.testing.ServerUnderTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What ends the command at its start: one line with the remedy, the documented exit code. */
final class BadUsageTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Map<String, String> NOWHERE =
      Map.of(
          "LIVEKIT_URL", "ws://127.0.0.1:1",
          "LIVEKIT_API_KEY", "key",
          "LIVEKIT_API_SECRET", "a-secret-of-nobody");

  @TempDir Path folder;

  /** A call that must end by itself, and the words that its one line must hold. */
  private record Refusal(int code, String words, Map<String, String> more, List<String> arguments) {
    Refusal(int code, String words, Map<String, String> more, String... arguments) {
      this(code, words, more, List.of(arguments));
    }
  }

  @Test
  void worker_withWrongSettings_endsWithOneLineAndItsCode() throws IOException {
    Files.writeString(folder.resolve("type.yaml"), "max-jobs: many\n");
    Files.writeString(folder.resolve("key.yaml"), "max-jbos: 3\n");
    Files.writeString(folder.resolve("secret.yaml"), "api-secret: hush\n");
    Files.writeString(folder.resolve("app.py"), "");
    Files.writeString(folder.resolve("web.yaml"), "workers:\n  web:\n    python: app.py\n");
    List<Refusal> refusals =
        List.of(
            url("ftp://here", "does not begin with"),
            url("ws://", "LiveKit URL"),
            url("ws://user:word@host", "user name or password"),
            url("ws://host:99999999", "LiveKit URL"),
            url("ws://host/?token=1", "query"),
            url("a b", "LiveKit URL"),
            new Refusal(2, "no API key", Map.of("LIVEKIT_API_KEY", "")),
            new Refusal(2, "no API secret", Map.of("LIVEKIT_API_SECRET", "")),
            new Refusal(2, "no class no.such.Agent", Map.of(), "--agent", "no.such.Agent"),
            new Refusal(2, "none.py does not exist", Map.of(), "--python", "none.py"),
            new Refusal(
                2,
                "put its name before --python",
                Map.of(),
                "--config=web.yaml",
                "--python",
                "web"),
            new Refusal(2, "folder; name the app's file", Map.of(), "--python", "."),
            new Refusal(2, "name its file (tried agent.js", Map.of(), "--node"),
            new Refusal(
                2,
                "interpreter",
                Map.of(),
                "--python",
                "app.py",
                "--interpreter",
                "no-such-python"),
            new Refusal(
                2, "no virtual environment", Map.of(), "--python=app.py", "--interpreter=."),
            new Refusal(2, "choose one", Map.of(), "--python", "app.py", "--exec", "./agent"),
            new Refusal(
                2, "none.py does not exist", Map.of(), "--python=none.py", "--print-config"),
            new Refusal(2, "type.yaml:1", Map.of(), "--config", "type.yaml"),
            new Refusal(2, "max-jobs", Map.of(), "--config", "key.yaml"),
            new Refusal(2, "secret.yaml:1", Map.of(), "--config", "secret.yaml"),
            new Refusal(2, "LIVEKIT_API_SECRET", Map.of(), "--api-secret", "hush"),
            new Refusal(2, "--max-jobs", Map.of(), "--max-jbos", "3"));
    for (int i = 0; i < refusals.size(); i += 2) {
      try (Lkagent one = refused(refusals.get(i));
          Lkagent other = refused(refusals.get(Math.min(i + 1, refusals.size() - 1)))) {
        check(refusals.get(i), one);
        check(refusals.get(Math.min(i + 1, refusals.size() - 1)), other);
      }
    }
  }

  private static Refusal url(String url, String words) {
    return new Refusal(2, words, Map.of("LIVEKIT_URL", url));
  }

  private Lkagent refused(Refusal refusal) {
    Map<String, String> environment = new java.util.HashMap<>(NOWHERE);
    environment.putAll(refusal.more());
    return Lkagent.start(
        folder, environment, Lkagent.workerArguments(refusal.arguments().toArray(String[]::new)));
  }

  private static void check(Refusal refusal, Lkagent run) {
    assertEquals(refusal.code(), run.awaitExit(), () -> refusal + run.said());
    List<String> errors = run.stderr().lines().filter(line -> !line.startsWith("Try: ")).toList();
    assertEquals(1, errors.size(), () -> refusal + run.said());
    assertTrue(errors.getFirst().startsWith("lkagent: "), run::said);
    assertTrue(errors.getFirst().contains(refusal.words()), () -> refusal + run.said());
    assertTrue(!run.stderr().contains("hush"), run::said);
    run.awaitNothingLeft(SOON);
  }

  @Test
  void worker_withoutItsServer_endsWithTheDocumentedCode() throws IOException {
    try (ServerUnderTest server = DevServerUnderTest.start();
        ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Lkagent unreachable =
            Lkagent.start(folder, NOWHERE, Lkagent.workerArguments("--max-retry", "1"));
        Lkagent wrongKey =
            Lkagent.worker(folder, server, Map.of("LIVEKIT_API_SECRET", "another-secret"))) {
      assertEquals(3, unreachable.awaitExit(), unreachable::said);
      errorLine(unreachable, "cannot reach ws://127.0.0.1:1");
      assertEquals(4, wrongKey.awaitExit(), wrongKey::said);
      errorLine(wrongKey, "clock");
      try (Lkagent portTaken = Lkagent.worker(folder, server, Map.of(), "--port", port(taken));
          Lkagent serverPort =
              Lkagent.start(folder, Map.of(), "dev-server", "--port", port(taken))) {
        assertEquals(5, portTaken.awaitExit(), portTaken::said);
        errorLine(portTaken, port(taken));
        assertEquals(5, serverPort.awaitExit(), serverPort::said);
        errorLine(serverPort, port(taken));
      }
      for (Lkagent run : new ArrayList<>(List.of(unreachable, wrongKey))) {
        run.awaitNothingLeft(SOON);
      }
    }
  }

  private static String port(ServerSocket socket) {
    return Integer.toString(socket.getLocalPort());
  }

  /** Exactly one line is not a log event, and says this. */
  private static void errorLine(Lkagent run, String words) {
    List<String> lines = run.stderr().lines().filter(line -> line.startsWith("lkagent: ")).toList();
    assertEquals(1, lines.size(), run::said);
    assertTrue(lines.getFirst().contains(words), run::said);
  }

  @Test
  void worker_thatIsToldToStopWhileItStarts_endsInGoodOrder() {
    try (Lkagent worker = Lkagent.start(folder, NOWHERE, Lkagent.workerArguments())) {
      eventually(SOON, worker::said, () -> worker.stderr().contains("\"starting\""));
      worker.signal("TERM");
      worker.signal("TERM");
      int code = worker.awaitExit(Duration.ofSeconds(10));
      assertTrue(code == 0 || code == 6, () -> code + worker.said());
      worker.awaitNothingLeft(SOON);
    }
  }

  /** At once, while the JVM loads its classes, and when the worker has begun to. */
  @Test
  void worker_thatIsToldToStopBeforeItRuns_endsByTheSignalOrInGoodOrder() {
    for (int files : new int[] {0, 5, 60}) {
      try (Lkagent worker = Lkagent.start(folder, NOWHERE, Lkagent.workerArguments())) {
        eventually(
            SOON,
            worker::said,
            () -> {
              String[] open = Path.of("/proc/" + worker.pid() + "/fd").toFile().list();
              return open == null || open.length >= files;
            });
        worker.signal("TERM");
        int code = worker.awaitExit(Duration.ofSeconds(10));
        // Java itself stumbles over a signal in the first milliseconds.
        boolean stumbled = code == 1 && worker.stderr().contains("initialization of VM");
        assertTrue(code == 143 || code == 0 || stumbled, () -> code + worker.said());
        worker.awaitNothingLeft(SOON);
      }
    }
  }

  @Test
  void worker_withoutARuntimeFolder_saysSoAndServes() throws IOException {
    Path file = Files.writeString(folder.resolve("a-file"), "");
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker =
            Lkagent.worker(folder, server, Map.of("XDG_RUNTIME_DIR", file.toString()))) {
      worker.awaitLog("registered");
      assertTrue(worker.stderr().contains("--runtime-dir"), worker::said);
      worker.signal("TERM");
      assertEquals(0, worker.awaitExit(), worker::said);
    }
  }
}
