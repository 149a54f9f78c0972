package io.lkagent.frameworks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.lkagent.json.JsonObject;
import io.lkagent.testing.NodeAppUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import livekit.LivekitAgent.Job;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the host finds in a Node app's file, or says is wrong with it. */
@Tag("node")
final class NodeAppTest {
  private static final String HEAD =
      """
      import { cli, defineAgent, AgentServer, ServerOptions, WorkerPermissions } from '@livekit/agents';
      import { fileURLToPath } from 'node:url';
      export default defineAgent({ entry: async (ctx) => {} });
      const agent = fileURLToPath(import.meta.url);
      """;

  private static NodeAppUnderTest host(String body) {
    return host(NodeAppUnderTest.NEWEST, body);
  }

  private static NodeAppUnderTest host(String version, String body) {
    return NodeAppUnderTest.of(version, "app.mjs", HEAD + body).host();
  }

  private static JsonObject option(JsonObject described, String name) {
    return described.object("options").object(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {NodeAppUnderTest.NEWEST, NodeAppUnderTest.OLDEST})
  void options_areDescribed_withWhatTheAppHasSet(String version) {
    try (NodeAppUnderTest host =
        host(
            version,
            """
            cli.runApp(new ServerOptions({
              agent, agentName: 'tester', numIdleProcesses: 7, loadThreshold: 0.5,
              loadFunc: async () => 0.5, initializeProcessTimeout: 20_000, jobMemoryLimitMB: 500,
              permissions: new WorkerPermissions(true, true, true, true, [], true),
              apiKey: 'the-key', apiSecret: 'the-secret', wsURL: 'ws://elsewhere' }));
            """)) {
      JsonObject described = host.described();
      assertEquals(version, described.string("version"));
      assertTrue(described.flag("tried", false));
      assertEquals("spawn", described.string("mode"));
      assertEquals("tester", described.string("agent_name"));
      assertFalse(described.flag("requests", true));
      assertEquals(7, option(described, "num_idle_processes").number("value"));
      assertEquals(20, option(described, "initialize_process_timeout").number("value"));
      assertTrue(option(described, "initialize_process_timeout").flag("set", false));
      assertFalse(option(described, "shutdown_process_timeout").flag("set", true));
      assertEquals(60, option(described, "shutdown_process_timeout").number("value"));
      assertEquals(500, option(described, "job_memory_limit_mb").number("value"));
      assertTrue(option(described, "load_threshold").flag("set", false));
      assertTrue(option(described, "permissions").object("value").flag("hidden", false));
      assertEquals("ws://elsewhere", option(described, "ws_url").string("value"));
      assertTrue(option(described, "api_secret").flag("set", false));
      assertEquals(
          List.of("load_fnc"),
          described.objects("refused").stream().map(r -> r.string("option")).toList());
      assertFalse(described.toString().contains("the-secret"));
      host.send("type", "ping", "t", 5);
      assertEquals(5, host.await("pong").number("t"));
    }
  }

  @Test
  void commonJs_asTypeScriptCompilesIt_isDescribed() {
    try (NodeAppUnderTest host =
        NodeAppUnderTest.of(
                NodeAppUnderTest.NEWEST,
                "app.cjs",
                """
                const { cli, defineAgent, ServerOptions } = require('@livekit/agents');
                exports.default = defineAgent({ entry: async (ctx) => {} });
                if (require.main === module) {
                  cli.runApp(new ServerOptions({ agent: __filename, agentName: 'old-style' }));
                }
                """)
            .host()) {
      assertEquals("old-style", host.described().string("agent_name"));
      host.job().toReady();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "import | throw new Error('no such database') | no such database",
        "import | await import('not-there') | not-there",
        "exit | process.exit(3) | process.exit(3)",
        "no-worker | 1 | cli.runApp",
        "two-workers | for (const agentName of ['a', 'b']) cli.runApp(new ServerOptions({ agent,"
            + " agentName })) | twice",
        "unsupported | new AgentServer(new ServerOptions({ agent })).run() | cli.runApp",
      })
  void badApp_isRefused_inOneLine(String kind, String body, String words) {
    try (NodeAppUnderTest host = host(body + ";\n")) {
      JsonObject failed = host.failed();
      assertEquals("failed", failed.string("type"), failed::toString);
      assertEquals(kind, failed.string("kind"), failed::toString);
      assertTrue(failed.string("error").contains(words), failed::toString);
      assertFalse(failed.string("error").contains("\n"), failed::toString);
      assertFalse(failed.string("detail").contains("node:internal"), failed::toString);
      assertEquals(1, host.exitCode());
    }
  }

  @Test
  void frameworkMissing_isSaid_withTheCommand() {
    try (NodeAppUnderTest host = NodeAppUnderTest.beside(null, HEAD).host()) {
      JsonObject failed = host.failed();
      assertEquals("framework-missing", failed.string("kind"), failed::toString);
      assertTrue(failed.string("error").contains("npm install @livekit/agents"));
      assertEquals(1, host.exitCode());
    }
  }

  @Test
  void frameworkTooOld_isRefused_withTheRange(@TempDir Path modules) throws IOException {
    Path dist = Files.createDirectories(modules.resolve("@livekit/agents/dist"));
    Files.writeString(dist.resolve("index.js"), "");
    Files.writeString(
        modules.resolve("@livekit/agents/package.json"),
        "{\"name\":\"@livekit/agents\",\"version\":\"1.2.3\",\"main\":\"dist/index.js\"}");
    try (NodeAppUnderTest host = NodeAppUnderTest.beside(modules, HEAD).host()) {
      JsonObject failed = host.failed();
      assertEquals("framework-old", failed.string("kind"), failed::toString);
      assertTrue(failed.string("error").contains("1.8 to 1.9"), failed::toString);
    }
  }

  @Test
  void frameworkThatNobodyTried_isTried_andSaid(@TempDir Path modules) throws Exception {
    Path real = NodeAppUnderTest.modules(NodeAppUnderTest.NEWEST);
    Files.createDirectory(modules.resolve("@livekit"));
    Process copy =
        new ProcessBuilder("cp", "-r", real + "/@livekit/agents", modules + "/@livekit/agents")
            .inheritIO()
            .start();
    assertEquals(0, copy.waitFor());
    Path rest = Files.createSymbolicLink(modules.resolve("node_modules"), real);
    Path about = modules.resolve("@livekit/agents/package.json");
    String text = Files.readString(about);
    Files.writeString(
        about, text.replace("\"version\": \"" + NodeAppUnderTest.NEWEST, "\"version\": \"1.99.0"));
    String app = HEAD + "cli.runApp(new ServerOptions({ agent, agentName: 'tester' }));\n";
    try (NodeAppUnderTest host = NodeAppUnderTest.beside(modules, app).host()) {
      JsonObject described = host.described();
      assertEquals("1.99.0", described.string("version"));
      assertFalse(described.flag("tried", true));
    } finally {
      Files.delete(rest);
    }
  }

  private static JsonObject ask(NodeAppUnderTest host) {
    byte[] job =
        Job.newBuilder()
            .setId("AJ_1")
            .setMetadataBytes(ByteString.copyFromUtf8("vip"))
            .build()
            .toByteArray();
    host.send(
        "type",
        "request",
        "id",
        "r1",
        "job",
        Base64.getEncoder().encodeToString(job),
        "resuming",
        false);
    return host.await("answer");
  }

  private static String requests(String body) {
    return "cli.runApp(new ServerOptions({ agent, agentName: 'tester', requestFunc: async (request)"
        + " => {"
        + body
        + "} }));\n";
  }

  @Test
  void requestFunc_accepts_withWhatItGives() {
    try (NodeAppUnderTest host =
        host(requests("await request.accept('Ann', '', request.job.metadata, { a: 'b' });"))) {
      assertTrue(host.described().flag("requests", false));
      JsonObject answer = ask(host);
      assertTrue(answer.flag("accept", false), answer::toString);
      assertEquals("Ann", answer.string("name"));
      assertEquals("agent-AJ_1", answer.string("identity"));
      assertEquals("vip", answer.string("metadata"));
      assertEquals("b", answer.object("attributes").string("a"));
      assertEquals("tester", answer.object("attributes").string("lk.agent.name"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "await request.reject() | ''",
        "throw new Error('no model') | no model",
        "1 | without accept",
      })
  void requestFunc_doesNotAccept_isNo(String body, String words) {
    try (NodeAppUnderTest host = host(requests(body))) {
      host.described();
      JsonObject answer = ask(host);
      assertFalse(answer.flag("accept", true), answer::toString);
      assertTrue(answer.string("error", "").contains(words), answer::toString);
    }
  }

  @Test
  void requestFunc_hangs_hostGoesOnAndEndsWithItsWorker() {
    try (NodeAppUnderTest host = host(requests("await new Promise(() => {});"))) {
      host.described();
      host.send("type", "request", "id", "r1", "job", "", "resuming", false);
      host.send("type", "ping", "t", 9);
      assertEquals(9, host.await("pong").number("t"));
      host.hangUp();
      assertEquals(0, host.exitCode());
    }
  }
}
