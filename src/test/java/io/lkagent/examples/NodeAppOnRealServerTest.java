package io.lkagent.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.json.Json;
import io.lkagent.json.JsonException;
import io.lkagent.json.JsonObject;
import io.lkagent.testing.Eventually;
import io.lkagent.testing.Lkagent;
import io.lkagent.testing.NodeAppUnderTest;
import io.lkagent.testing.PythonTools;
import io.lkagent.testing.RealLiveKit;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.TriedAgain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** The Node app answers a caller who speaks, under lkagent and under its framework's own worker. */
@ExtendWith(TriedAgain.class)
@Isolated("a dispatch that is answered late is lost, on the real server")
@Tag("livekit")
@Tag("node")
@Tag("python")
final class NodeAppOnRealServerTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  /** The load of a busy machine would keep the framework's worker from its job. */
  private static final String OWN_WORKER =
      """
      import { ServerOptions, cli } from '@livekit/agents';
      import { fileURLToPath } from 'node:url';

      const agent = fileURLToPath(new URL('agent.js', import.meta.url));
      cli.runApp(new ServerOptions({
        agent, agentName: 'node-app', host: '127.0.0.1', port: Number(process.env.PORT), numIdleProcesses: 1, loadFunc: async () => 0,
      }));
      """;

  @TempDir Path folder = Path.of("unset");

  @BeforeEach
  void install() throws IOException {
    for (String file : List.of("agent.js", "package.json")) {
      Files.copy(Path.of("examples/node-app", file), folder.resolve(file));
    }
    Files.writeString(folder.resolve("own.js"), OWN_WORKER);
    Files.createSymbolicLink(
        folder.resolve("node_modules"), NodeAppUnderTest.modules(NodeAppUnderTest.NEWEST));
  }

  @Test
  void caller_whoSpeaks_isAnswered_andTheShutdownCallbackRuns() throws Exception {
    try (RealLiveKit server = RealLiveKit.start();
        Lkagent worker =
            Lkagent.start(
                folder,
                Lkagent.keys(server),
                "worker",
                "start",
                "--node",
                "--port=0",
                "--init-timeout=60s",
                "--idle-processes=1",
                "--log-format=json")) {
      worker.awaitLog("a process is ready");
      ServerApi api = new ServerApi(server);
      api.createRoom("talk", "node-app");
      System.err.println("Node app under lkagent: answered after " + answered(server) + " ms");
      worker.awaitLog("heard");
      api.deleteRoom("talk");
      worker.awaitLog("goodbye");
      JsonObject ended = worker.awaitLog("a process ended", "room_name", "talk");
      assertEquals("exit code 0", ended.string("exit", ""), worker::said);
    }
  }

  @Test
  void caller_whoSpeaks_isAnsweredUnderTheFrameworksOwnWorker() throws Exception {
    Path log = folder.resolve("own.log");
    ProcessBuilder builder =
        new ProcessBuilder("setpriv", "--pdeathsig", "KILL", "node", "own.js", "start")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    try (RealLiveKit server = RealLiveKit.start()) {
      builder.environment().putAll(Lkagent.keys(server));
      builder.environment().put("PORT", String.valueOf(freePort()));
      Process worker = builder.start();
      try {
        Eventually.eventually(LONG, () -> read(log), () -> read(log).contains("registered worker"));
        new ServerApi(server).createRoom("talk", "node-app");
        System.err.println(
            "Node app under its own worker: answered after " + answered(server) + " ms");
      } finally {
        worker.descendants().forEach(ProcessHandle::destroyForcibly);
        worker.destroyForcibly();
      }
    }
  }

  /** The framework takes its default for 0. */
  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Milliseconds from the end of what a caller says to the first sound of the answer. */
  private long answered(RealLiveKit server) throws Exception {
    Path said = folder.resolve("human.log");
    ProcessBuilder builder =
        new ProcessBuilder(
                PythonTools.python().toString(),
                "src/test/resources/python/human.py",
                server.url(),
                "talk")
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    builder.environment().putAll(Lkagent.keys(server));
    Process human = builder.start();
    try {
      assertTrue(human.waitFor(130, TimeUnit.SECONDS), () -> read(said));
      assertEquals(0, human.exitValue(), () -> read(said));
    } finally {
      human.destroyForcibly();
    }
    return read(said)
        .lines()
        .map(NodeAppOnRealServerTest::parsed)
        .filter(event -> event.string("event", "").equals("answered"))
        .mapToLong(event -> Math.round(event.real("ms", -1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no answer: " + read(said)));
  }

  private static JsonObject parsed(String line) {
    try {
      return Json.parseObject(line);
    } catch (JsonException e) {
      throw new AssertionError(line, e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
