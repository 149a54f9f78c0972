package io.lkagent.outside;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.Lkagent;
import io.lkagent.testing.Proc;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.ServerUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API secret of a full run shows up nowhere that others can look. */
final class SecretsTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String KEY = "key-of-this-test";

  @TempDir Path folder;

  /** The dev server as a process of its own. */
  private record Served(Lkagent process, String secret) implements ServerUnderTest {
    @Override
    public String url() {
      return "ws://127.0.0.1:" + process.port();
    }

    @Override
    public String key() {
      return KEY;
    }

    @Override
    public void restart() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      process.close();
    }
  }

  @Test
  void secret_ofAFullRun_isShownNowhere() throws IOException {
    String secret = "hush" + UUID.randomUUID().toString().replace("-", "");
    Path file = Files.writeString(Files.createDirectory(folder.resolve("s")).resolve("f"), secret);
    Lkagent dev =
        Lkagent.start(
            folder,
            Map.of(),
            "dev-server",
            "--port",
            "0",
            "--port-file",
            "@port",
            "--api-key",
            KEY,
            "--api-secret-file",
            file.toString());
    try (ServerUnderTest server = new Served(dev, secret);
        Lkagent worker = Lkagent.worker(folder, server, Map.of(), "--log-level", "debug");
        Lkagent passing =
            Lkagent.worker(
                folder, server, Map.of(), "--agent-name", "passing", "--pass-api-keys")) {
      List<String> seen = new ArrayList<>();
      worker.awaitLog("registered");
      passing.awaitLog("registered");
      ServerApi api = new ServerApi(server);
      api.createRoom("a", "outside");
      worker.awaitLog("the agent runs");
      worker.awaitJobProcesses(2);
      for (Lkagent each : List.of(worker, passing, dev)) {
        each.everyProcess().forEach(pid -> seen.add(Proc.commandLine(pid)));
      }
      for (long pid : worker.jobProcesses()) {
        Map<String, String> environment = Proc.environment(pid);
        assertFalse(environment.containsKey("LIVEKIT_API_KEY"));
        assertFalse(environment.containsKey("LIVEKIT_API_SECRET"));
        seen.add(Proc.text(pid, "environ"));
      }
      eventually(
          SOON,
          () -> "no key with --pass-api-keys",
          () ->
              !passing.jobProcesses().isEmpty()
                  && passing.jobProcesses().stream()
                      .allMatch(
                          pid -> secret.equals(Proc.environment(pid).get("LIVEKIT_API_SECRET"))));
      for (String path : List.of("/", "/worker", "/status", "/metrics", "/livez", "/readyz")) {
        seen.add(worker.get(path).body());
      }
      try (Lkagent shown = Lkagent.worker(folder, server, Map.of(), "--print-config", "--debug")) {
        assertEquals(0, shown.awaitExit(), shown::said);
        assertTrue(shown.stdout().contains("LIVEKIT_API_SECRET"), shown::said);
      }
      // What these two print is in the files of the run, which are all read at its end.
      try (Lkagent status = Lkagent.start(folder, Map.of(), "status", "-o", "json");
          Lkagent list = Lkagent.start(folder, Lkagent.keys(server), "dispatch", "--list")) {
        assertEquals(0, status.awaitExit(), status::said);
        assertEquals(0, list.awaitExit(), list::said);
      }
      seen.add(files(folder.resolve("runtime")));
      api.deleteRoom("a");
      worker.signal("TERM");
      assertEquals(0, worker.awaitExit(), worker::said);
      passing.signal("KILL");
      passing.awaitNothingLeft(SOON);
      seen.add(files(folder));
      for (String text : seen) {
        assertFalse(text.isEmpty());
        assertFalse(text.contains(secret), () -> text.replace(secret, "(HERE)"));
      }
    }
  }

  /** All that the run left in files, except the secret's own. */
  private static String files(Path root) throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.startsWith(root.resolve("s"))) {
          all.append(file).append(Files.readString(file));
        }
      }
    }
    return all.toString();
  }
}
