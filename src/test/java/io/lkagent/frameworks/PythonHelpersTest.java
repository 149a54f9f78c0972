package io.lkagent.frameworks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.json.JsonObject;
import io.lkagent.testing.AppHostUnderTest;
import io.lkagent.testing.AppJobUnderTest;
import io.lkagent.testing.Eventually;
import io.lkagent.testing.ShellAgent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import livekit.LivekitAgent;
import livekit.LivekitModels;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The processes beside a Python app's jobs: for its request_fnc, and for its inference runners. */
@Tag("python")
final class PythonHelpersTest {
  private static final String HEAD =
      """
      import asyncio, os, sys, time
      from livekit.agents import *
      """;

  private static final String DECIDER =
      """
      async def decide(request):
          room = request.room.name
          if room == "named":
              await request.accept(identity="me", name="Me", metadata="m", attributes={"a": "b"})
          elif room == "plain":
              await request.accept()
          elif room == "rejected":
              await request.reject()
          elif room == "elsewhere":
              await request.reject(terminate=False)
          elif room == "raises":
              raise ValueError("cannot decide")
          elif room == "waits":
              await asyncio.sleep(1000)
          elif room == "blocks":
              time.sleep(1000)
          elif room == "dies":
              os._exit(7)

      async def entry(ctx): pass
      """;

  @TempDir private Path folder;

  private Path app(String body) throws IOException {
    return Files.writeString(folder.resolve("app.py"), HEAD + body);
  }

  private static void ask(AppHostUnderTest host, String room) {
    LivekitAgent.Job job =
        LivekitAgent.Job.newBuilder()
            .setId("AJ_1")
            .setRoom(LivekitModels.Room.newBuilder().setName(room))
            .build();
    String encoded = Base64.getEncoder().encodeToString(job.toByteArray());
    host.send("type", "request", "id", room, "job", encoded, "resuming", false);
  }

  private static JsonObject answer(AppHostUnderTest host, String room) {
    JsonObject answer = host.await("answer");
    assertEquals(room, answer.string("id"), answer::toString);
    return answer;
  }

  @Test
  void requestFnc_decidesAboutEachJob_alsoBesideOneThatWaits() throws IOException {
    Path app =
        app(DECIDER + "cli.run_app(WorkerOptions(entrypoint_fnc=entry, request_fnc=decide))");
    try (AppHostUnderTest host = AppHostUnderTest.start(app)) {
      assertTrue(host.described().flag("requests", false));
      ask(host, "waits");
      ask(host, "named");
      JsonObject named = answer(host, "named");
      assertTrue(named.flag("accept", false));
      assertEquals("me", named.string("identity"));
      assertEquals("Me", named.string("name"));
      assertEquals("m", named.string("metadata"));
      assertEquals(Map.of("a", "b"), named.strings("attributes"));
      ask(host, "plain");
      assertEquals("agent-AJ_1", answer(host, "plain").string("identity"));
      ask(host, "rejected");
      assertTrue(answer(host, "rejected").flag("terminate", false));
      ask(host, "elsewhere");
      assertFalse(answer(host, "elsewhere").flag("terminate", true));
      ask(host, "raises");
      assertEquals("ValueError: cannot decide", answer(host, "raises").string("error"));
      host.awaitOutput("in decide");
      ask(host, "silent");
      assertTrue(answer(host, "silent").string("error").contains("without accepting"));
    }
  }

  @Test
  void requestFnc_thatEndsItsProcess_isStartedAgain() throws IOException {
    Path app =
        app(DECIDER + "cli.run_app(WorkerOptions(entrypoint_fnc=entry, request_fnc=decide))");
    try (AppHostUnderTest host = AppHostUnderTest.start(app)) {
      host.described();
      ask(host, "dies");
      assertFalse(answer(host, "dies").flag("accept", true));
      JsonObject next;
      do {
        ask(host, "plain");
        next = answer(host, "plain");
      } while (!next.flag("accept", false));
      host.send("type", "quit");
      host.process().onExit().join();
      Eventually.eventually(
          Duration.ofSeconds(20),
          () -> ShellAgent.marked("LKAGENT_CHILD_ID=" + host.id()).isEmpty());
    }
  }

  @Test
  void requestFnc_thatBlocksItsProcess_isReplaced() throws IOException {
    Path app =
        app(DECIDER + "cli.run_app(WorkerOptions(entrypoint_fnc=entry, request_fnc=decide))");
    try (AppHostUnderTest host = AppHostUnderTest.start(app)) {
      host.described();
      ask(host, "blocks");
      assertEquals("request_fnc does not answer", answer(host, "blocks").string("error"));
      JsonObject next;
      do {
        ask(host, "plain");
        next = answer(host, "plain");
      } while (!next.flag("accept", false));
    }
  }

  @Test
  void inferenceRunner_servesTheJobs_andIsStartedAgain() throws IOException {
    Path app =
        app(
            """
            from livekit.agents.inference_runner import _InferenceRunner

            class Echo(_InferenceRunner):
                INFERENCE_METHOD = "echo"
                def initialize(self): pass
                def run(self, data):
                    if data == b"die": os._exit(3)
                    if data == b"raise": raise ValueError("no echo")
                    return data + b" from " + str(os.getpid()).encode()

            _InferenceRunner.register_runner(Echo)

            async def entry(ctx):
                async def ask(data):
                    try:
                        return (await ctx.inference_executor.do_inference("echo", data)).decode()
                    except RuntimeError as e:
                        return str(e)
                print("1:", await ask(b"hello"), "not", os.getpid())
                print("2:", await ask(b"raise"))
                print("3:", await ask(b"die"))
                print("4:", await ask(b"again"))
                ctx.shutdown()

            cli.run_app(WorkerOptions(entrypoint_fnc=entry))
            """);
    try (AppHostUnderTest host = AppHostUnderTest.start(app)) {
      assertTrue(host.described().flag("inference", false));
      AppJobUnderTest job = host.fork().toReady().start();
      job.await("done");
      job.shutdown("over");
      assertEquals(0, host.exited(job));
      job.awaitOutput("1: hello from ");
      job.awaitOutput("2: inference of echo failed: no echo");
      job.awaitOutput("3: inference of echo failed: the inference process has ended");
      job.awaitOutput("4: again from ");
      assertFalse(job.output().contains("1: hello from " + job.pid()));
    }
  }
}
