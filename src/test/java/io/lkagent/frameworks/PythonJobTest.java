package io.lkagent.frameworks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.json.Json;
import io.lkagent.json.JsonObject;
import io.lkagent.testing.AppHostUnderTest;
import io.lkagent.testing.AppJobUnderTest;
import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.Eventually;
import io.lkagent.testing.Proc;
import io.lkagent.testing.PythonTools;
import io.lkagent.testing.RawParticipant;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.ShellAgent;
import io.lkagent.testing.TestTokens;
import io.lkagent.time.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One room of a Python app, from the fork to the exit. */
@Tag("python")
final class PythonJobTest {
  private static final String HEAD =
      """
      import asyncio, logging, os, sys, time
      from livekit.agents import *

      log = logging.getLogger("the-app")
      server = AgentServer()
      """;

  @TempDir private Path folder;

  private Path app(String body) throws IOException {
    return Files.writeString(
        folder.resolve("app.py"), HEAD + body + "\nif __name__ == '__main__': cli.run_app(server)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"newest", "older"})
  void job_thatShutsItselfDown_isHeldUntilTheWorkerKnows_thenRunsItsCallbacks(String framework)
      throws IOException {
    Path app =
        app(
            """
            logging.basicConfig(level=logging.INFO, stream=sys.stdout)

            def setup(proc):
                print("warming up", proc.pid == os.getpid())
                proc.userdata["warm"] = True
            server.setup_fnc = setup

            async def ended(ctx):
                print("session end hook")

            @server.rtc_session(on_session_end=ended)
            async def entry(ctx):
                log.info("entered %s", ctx.room.name, extra={"warm": ctx.proc.userdata["warm"]})
                async def bye(reason):
                    print("callback", reason)
                ctx.add_shutdown_callback(bye)
                ctx.shutdown("had enough")
            """);
    Path python = framework.equals("newest") ? PythonTools.python() : PythonTools.olderPython();
    try (AppHostUnderTest host = AppHostUnderTest.start(python, app, Map.of())) {
      host.described();
      AppJobUnderTest job = host.fork();
      assertEquals(job.pid(), job.await("hello").number("pid"));
      job.toReady();
      job.send("type", "ping", "t", 9);
      assertEquals(9, job.await("pong").number("t"));
      job.start();
      assertEquals("had enough", job.await("done").string("reason"));
      assertFalse(job.output().contains("callback"), job.output());
      job.shutdown("it is over");
      assertEquals(0, host.exited(job));
      job.awaitOutput("callback had enough");
      job.awaitOutput("session end hook");
      job.awaitOutput("warming up True");
      assertTrue(job.types().indexOf("running") < job.types().indexOf("done"));
      JsonObject line = jsonLine(job.output(), "entered a-room");
      assertEquals("the-app", line.string("logger"));
      assertEquals("INFO", line.string("level"));
      assertTrue(line.flag("warm", false));
      assertEquals(1, job.output().split("entered a-room", -1).length - 1, job.output());
      assertFalse(job.output().contains(AppJobUnderTest.TOKEN), job.output());
    }
  }

  private static JsonObject jsonLine(String output, String message) {
    return output
        .lines()
        .filter(line -> line.startsWith("{") && line.contains(message))
        .map(Json::parseObject)
        .findFirst()
        .orElseThrow(() -> new AssertionError(output));
  }

  @Test
  void prewarmThatFails_isSaid_withItsTraceback() throws IOException {
    Path app =
        app(
            """
            def setup(proc):
                raise ValueError("no model here, set LIVEKIT_API_KEY")
            server.setup_fnc = setup

            @server.rtc_session()
            async def entry(ctx): pass
            """);
    try (AppHostUnderTest host = AppHostUnderTest.start(app)) {
      host.described();
      AppJobUnderTest job = host.fork();
      job.send("type", "init");
      JsonObject failed = job.await("failed");
      String error = failed.string("error");
      assertTrue(
          error.startsWith(
              "prewarm failed: ValueError: no model here, set LIVEKIT_API_KEY; the API"),
          error);
      assertTrue(error.contains("--pass-api-keys"), error);
      assertEquals(1 << 8, host.exited(job));
      job.awaitOutput("in setup");
    }
  }

  @Test
  void entryPoint_thatRaisesOrBlocksOrCallsTheServer_isSeenForWhatItIs() throws IOException {
    Path app =
        app(
            """
            @server.rtc_session()
            async def entry(ctx):
                name = ctx.job.room.name
                if name == "raises":
                    raise KeyError("lost")
                if name == "blocks":
                    print("blocking")
                    time.sleep(5)
                    print("blocked")
                if name == "api":
                    await ctx.delete_room()
                    ctx.shutdown()
            """);
    try (AppHostUnderTest host = AppHostUnderTest.start(app)) {
      host.described();
      AppJobUnderTest raises = host.fork().toReady();
      AppJobUnderTest blocks = host.fork().toReady();
      AppJobUnderTest api = host.fork().toReady();
      blocks.start("ws://127.0.0.1:1", "token", "livekit", "blocks").awaitOutput("blocking");
      blocks.send("type", "ping", "t", 3);

      raises.start("ws://127.0.0.1:1", "token", "livekit", "raises");
      JsonObject done = raises.await("done");
      assertEquals("failed", done.string("status"));
      assertEquals("KeyError: 'lost'", done.string("reason"));
      raises.shutdown("over");
      assertEquals(0, host.exited(raises));

      api.start("ws://127.0.0.1:1", "token", "livekit", "api");
      api.await("done");
      api.awaitOutput("--pass-api-keys");
      api.shutdown("over");

      assertFalse(blocks.types().contains("pong"));
      blocks.await("pong");
      blocks.awaitOutput("blocked");
      blocks.shutdown("over");
      blocks.awaitGone();
    }
  }

  @Test
  void shutdownOfTheWorker_reachesTheCallbacks_andNeedsNoDone() throws IOException {
    Path app =
        app(
            """
            @server.rtc_session()
            async def entry(ctx):
                async def bye(reason):
                    print("callback", reason)
                ctx.add_shutdown_callback(bye)
            """);
    try (AppHostUnderTest host = AppHostUnderTest.start(app)) {
      host.described();
      AppJobUnderTest job = host.fork().toReady().start();
      job.await("running");
      ShellAgent.signal("TERM", job.pid());
      ShellAgent.signal("INT", job.pid());
      job.shutdown("drained");
      assertEquals(0, host.exited(job));
      job.awaitOutput("callback drained");
      assertFalse(job.types().contains("done"), () -> job.types().toString());

      AppJobUnderTest idle = host.fork().toReady();
      idle.shutdown("not needed");
      assertEquals(0, host.exited(idle));

      AppJobUnderTest killed = host.fork().toReady();
      ShellAgent.signal("KILL", killed.pid());
      assertEquals(9, host.exited(killed));

      AppJobUnderTest hungUp = host.fork().toReady().start();
      hungUp.await("running");
      hungUp.hangUp();
      hungUp.awaitGone();
    }
  }

  @Test
  void worker_silentForLonger_processesStayAndServe() throws IOException {
    Path app =
        app(
            """
            @server.rtc_session()
            async def entry(ctx):
                await asyncio.sleep(1000)
            """);
    try (AppHostUnderTest host = AppHostUnderTest.start(app)) {
      host.described();
      AppJobUnderTest idle = host.fork().toReady();
      AppJobUnderTest serving = host.fork().toReady().start();
      serving.await("running");
      // The framework's job process ends itself 10 s or more after its last ping.
      Time.raw().sleep(Duration.ofSeconds(13));
      serving.send("type", "ping", "t", 4);
      assertEquals(4, serving.await("pong").number("t"));
      idle.start().await("running");
    }
  }

  @Test
  void deathOfTheWorker_leavesNoProcess_alsoOfAJobThatHangs() throws IOException {
    Path app =
        app(
            """
            async def decide(request):
                time.sleep(1000)

            @server.rtc_session(on_request=decide)
            async def entry(ctx):
                print("hanging")
                time.sleep(1000)
            """);
    try (AppHostUnderTest host = AppHostUnderTest.start(app)) {
      host.described();
      AppJobUnderTest idle = host.fork().toReady();
      AppJobUnderTest hanging = host.fork().toReady().start();
      hanging.awaitOutput("hanging");
      assertNotEquals(host.id(), Proc.environment(idle.pid()).get("LKAGENT_CHILD_ID"));
      host.send("type", "request", "id", "r1", "job", "", "resuming", false);
      List<Long> helpers = ShellAgent.marked("LKAGENT_CHILD_ID=" + host.id());
      assertEquals(2, helpers.size(), helpers::toString); // the host, and its decider
      host.process().destroyForcibly();
      idle.send("type", "ping", "t", 1);
      idle.await("pong"); // the host's death is not the worker's
      idle.abandon();
      hanging.abandon();
      idle.awaitGone();
      hanging.awaitGone();
      Eventually.eventually(
          Duration.ofSeconds(20),
          () -> ShellAgent.marked("LKAGENT_CHILD_ID=" + host.id()).isEmpty());
    }
  }

  @Test
  void spawnedJob_loadsTheAppItself_andRunsIt() throws IOException {
    Path app =
        app(
            """
            import threading
            threading.Thread(target=time.sleep, args=(1000,), daemon=False).start()

            @server.rtc_session()
            async def entry(ctx):
                ctx.shutdown("done here")
            """);
    AppJobUnderTest job = AppHostUnderTest.spawn(app);
    job.await("hello");
    job.toReady().start();
    assertEquals("done here", job.await("done").string("reason"));
    job.shutdown("over");
    job.awaitGone();
  }

  @Test
  void devRoom_isJoinedAndLeft_andItsEndEndsTheJob() throws IOException {
    Path app =
        app(
            """
            @server.rtc_session()
            async def entry(ctx):
                await ctx.connect()
                print("in", ctx.room.name, "as", ctx.room.local_participant.identity)
            """);
    try (AppHostUnderTest host = AppHostUnderTest.start(app);
        DevServerUnderTest server = DevServerUnderTest.start()) {
      host.described();
      ServerApi api = new ServerApi(server);
      api.createRoom("dev");
      AppJobUnderTest job = host.fork().toReady();
      try (RawParticipant human = RawParticipant.join(server, "dev", "somebody")) {
        String token = TestTokens.participant(server, "dev", "agent-AJ_test");
        job.start(server.url(), token, "dev", "dev");
        job.awaitOutput("in dev as agent-AJ_test");
        assertEquals(1, job.await("activity").number("participants"));
        assertEquals(2, api.participants("dev").size());
        human.joined();
      }
      assertEquals(0, job.await("activity").number("participants"));
      api.deleteRoom("dev");
      assertEquals("room-closed", job.await("done").string("reason"));
      job.shutdown("over");
      assertEquals(0, host.exited(job));
    }
  }
}
