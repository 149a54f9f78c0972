package io.lkagent.frameworks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.json.JsonObject;
import io.lkagent.testing.AppJobUnderTest;
import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.NodeAppUnderTest;
import io.lkagent.testing.RawParticipant;
import io.lkagent.testing.TestTokens;
import io.lkagent.time.Time;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Job processes of Node apps, with the framework's own code in them. */
@Tag("node")
final class NodeJobTest {
  private static NodeAppUnderTest app(String agent) {
    return app(NodeAppUnderTest.NEWEST, agent);
  }

  /** An app whose agent has these members. */
  private static NodeAppUnderTest app(String version, String agent) {
    return NodeAppUnderTest.of(
        version,
        "app.mjs",
        """
        import { cli, defineAgent, log, ServerOptions } from '@livekit/agents';
        import { fileURLToPath } from 'node:url';
        export default defineAgent({
        """
            + agent
            + "});\ncli.runApp(new ServerOptions({ agent: fileURLToPath(import.meta.url) }));\n");
  }

  private static NodeAppUnderTest entry(String body) {
    return app("entry: async (ctx) => {" + body + "}");
  }

  @ParameterizedTest
  @ValueSource(strings = {NodeAppUnderTest.NEWEST, NodeAppUnderTest.OLDEST})
  void shutdown_byTheApp_isToldAndHeldUntilTheWorkerKnows(String version) {
    try (NodeAppUnderTest app =
        app(
            version,
            """
            prewarm: async (proc) => { console.log('prewarming'); proc.userData.model = 'loaded'; },
            entry: async (ctx) => {
              ctx.addShutdownCallback(async () => console.log('called back'));
              console.log('serving', ctx.job.id, ctx.job.room.name, ctx.proc.userData.model);
              ctx.shutdown('enough');
            },
            """)) {
      AppJobUnderTest job = app.job(Map.of("LKAGENT_LOG_LEVEL", "debug")).toReady();
      assertTrue(job.types().contains("phase"), () -> job.types().toString());
      job.awaitOutput("prewarming");
      job.start();
      job.await("running");
      job.awaitOutput("serving AJ_test a-room loaded");
      JsonObject done = job.await("done");
      assertEquals("success", done.string("status"));
      assertEquals("enough", done.string("reason"));
      assertFalse(job.output().contains("called back"), job.output());
      job.shutdown("job-ended");
      job.awaitOutput("called back");
      assertEquals(0, app.exitCode());
      assertTrue(job.output().contains("{\"level\":\"debug\""), job.output());
      assertFalse(job.output().contains(AppJobUnderTest.TOKEN), job.output());
    }
  }

  @Test
  void shutdown_byTheWorker_runsCallbacksAndSaysNothing() {
    try (NodeAppUnderTest app =
        entry("ctx.addShutdownCallback(async () => console.log('called back'));")) {
      AppJobUnderTest job = app.job().toReady().start();
      job.await("running");
      job.shutdown("drained");
      assertEquals(0, app.exitCode());
      job.awaitOutput("called back");
      assertFalse(job.types().contains("done"), () -> job.types().toString());
    }
  }

  @Test
  void entry_throws_jobHasFailed() {
    try (NodeAppUnderTest app = entry("throw new TypeError('no such voice');")) {
      AppJobUnderTest job = app.job().toReady().start();
      JsonObject done = job.await("done");
      assertEquals("failed", done.string("status"));
      assertEquals("TypeError: no such voice", done.string("reason"));
      job.shutdown("job-ended");
      assertEquals(0, app.exitCode());
      job.awaitOutput("exc_info");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "prewarm: async () => { throw new Error('no model file') }, entry: async () => {}, | no model file",
        "prewarm: async () => process.exit(4), entry: async () => {}, | process.exit(4)",
      })
  void prewarm_fails_isSaid(String agent, String words) {
    try (NodeAppUnderTest app = app(agent)) {
      AppJobUnderTest job = app.job();
      job.send("type", "init");
      String error = job.await("failed", "ready").string("error");
      assertTrue(error.contains(words), error);
      assertEquals(1, app.exitCode());
    }
  }

  @Test
  void importError_isSaid_withItsStackInTheLog() {
    try (NodeAppUnderTest app =
        NodeAppUnderTest.of(NodeAppUnderTest.NEWEST, "app.mjs", "throw new Error('no key');")) {
      AppJobUnderTest job = app.job();
      job.send("type", "init");
      assertTrue(job.await("failed", "ready").string("error").contains("Error: no key"));
      assertEquals(1, app.exitCode());
      job.awaitOutput("app.mjs:1");
    }
  }

  @Test
  void worker_dies_processEndsAfterItsCallbacks() {
    try (NodeAppUnderTest app =
        entry("ctx.addShutdownCallback(async () => console.log('called back'));")) {
      AppJobUnderTest job = app.job().toReady().start();
      job.await("running");
      job.hangUp();
      assertEquals(0, app.exitCode());
      job.awaitOutput("called back");
    }
  }

  @Test
  void idle_workerDies_processEnds() {
    try (NodeAppUnderTest app = entry("")) {
      app.job().toReady().hangUp();
      assertEquals(0, app.exitCode());
    }
  }

  @Test
  void worker_silentForLonger_processStaysAndServes() {
    try (NodeAppUnderTest app = entry("")) {
      AppJobUnderTest job = app.job().toReady();
      // The framework's job process ends itself after 15 s without a ping.
      Time.raw().sleep(Duration.ofSeconds(17));
      assertTrue(app.process().isAlive(), job.output());
      job.start().await("running");
    }
  }

  @Test
  void signals_toTheProcess_areIgnored() throws IOException, InterruptedException {
    try (NodeAppUnderTest app = entry("")) {
      AppJobUnderTest job = app.job().toReady();
      for (String signal : new String[] {"INT", "TERM", "HUP"}) {
        new ProcessBuilder("kill", "-" + signal, String.valueOf(app.process().pid()))
            .start()
            .waitFor();
      }
      job.send("type", "ping", "t", 3);
      assertEquals(3, job.await("pong").number("t"));
      assertTrue(app.process().isAlive());
    }
  }

  @Test
  void logs_withExtras_areOneObjectALine() {
    try (NodeAppUnderTest app = entry("log().warn({ caller: 'ann', turns: 3 }, 'slow answer');")) {
      AppJobUnderTest job = app.job().toReady().start();
      job.awaitOutput("\"message\":\"slow answer\"");
      String line =
          job.output().lines().filter(l -> l.contains("slow answer")).findFirst().orElseThrow();
      assertTrue(line.startsWith("{\"level\":\"warn\""), line);
      assertTrue(line.contains("\"caller\":\"ann\"") && line.contains("\"turns\":3"), line);
      assertFalse(line.contains("hostname"), line);
    }
  }

  @Test
  void deleteRoom_withoutKeys_namesTheOption() {
    try (NodeAppUnderTest app = entry("await ctx.deleteRoom(); console.log('went on');")) {
      AppJobUnderTest job = app.job().toReady().start();
      job.awaitOutput("went on");
      job.awaitOutput("--pass-api-keys");
    }
  }

  @Test
  void devServer_agentJoinsAndSeesHumansAndTheEnd() {
    try (DevServerUnderTest server = DevServerUnderTest.start();
        NodeAppUnderTest app = entry("await ctx.connect(); console.log('connected');")) {
      AppJobUnderTest job = app.job().toReady();
      try (RawParticipant ann = RawParticipant.join(server, "room", "ann")) {
        String token = TestTokens.participant(server, "room", "agent");
        job.start(server.url(), token, "dev", "room");
        ann.expect("participant_joined");
        job.awaitOutput("connected");
        assertEquals(1, job.await("activity").number("participants", -1));
      }
      assertEquals(0, job.await("activity").number("participants", -1));
      job.shutdown("drained");
      assertEquals(0, app.exitCode());
    }
  }

  @Test
  void devServer_refusesTheToken_jobFails() {
    try (DevServerUnderTest server = DevServerUnderTest.start();
        NodeAppUnderTest app = entry("await ctx.connect();")) {
      AppJobUnderTest job = app.job().toReady().start(server.url(), "bad", "dev", "room");
      JsonObject done = job.await("done");
      assertEquals("failed", done.string("status"));
      assertTrue(done.string("reason").contains("cannot be joined"), done::toString);
    }
  }
}
