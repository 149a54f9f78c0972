package io.lkagent.outside;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.json.Json;
import io.lkagent.json.JsonObject;
import io.lkagent.testing.PythonTools;
import io.lkagent.testing.RealLiveKit;
import io.lkagent.testing.RecordingProxy;
import io.lkagent.testing.RecordingProxy.Message;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.TestTokens;
import io.lkagent.testing.TriedAgain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import livekit.LivekitAgent.JobStatus;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** A caller who speaks to the Python example, on the real server, under both workers. */
@ExtendWith(TriedAgain.class)
@Tag("livekit")
@Tag("python")
@Isolated("a dispatch that is answered late is lost, on the real server")
final class PythonCallsTest {
  private static final Path EXAMPLE = Path.of("examples/python-app/app.py").toAbsolutePath();

  @TempDir Path folder;

  @Test
  void example_answersACaller_underOurWorkerAsUnderTheFrameworks() throws Exception {
    long ours;
    try (RealLiveKit server = RealLiveKit.start()) {
      try (RecordingProxy proxy = RecordingProxy.inFrontOf(server.url());
          PythonRun run =
              PythonRun.start(folder, server, proxy.url(), EXAMPLE, "--agent-name", "ours")) {
        run.api().createRoom("ours", "ours");
        run.worker().awaitLog("the agent runs", "room_name", "ours");
        ours = call(server, "ours");
        assertEquals("python-app", run.worker().awaitLog("heard").string("logger"));
        endsInOrder(run, proxy);
        run.terminate();
      }
      long theirs = underTheFramework(server);
      System.out.printf("end of speech to answer: ours %d ms, theirs %d ms%n", ours, theirs);
      assertTrue(ours < theirs + 1000, () -> ours + " ms against " + theirs);
    }
  }

  /** The server hears of the job's end before the agent leaves; its shutdown callback runs. */
  private static void endsInOrder(PythonRun run, RecordingProxy proxy) {
    ServerApi api = run.api();
    api.deleteDispatch("ours", api.dispatches("ours").getFirst().getId());
    proxy.awaitMessage(PythonCallsTest::isSuccess, PythonRun.LONG);
    eventually(
        PythonRun.LONG,
        () ->
            api.participants("ours").stream()
                .noneMatch(one -> one.getIdentity().startsWith("agent-")));
    run.worker().awaitLog("goodbye", "logger", "python-app");
    // The leave of an agent whose success is not known brings a termination of its own.
    assertEquals(
        1,
        proxy.messages().stream()
            .filter(m -> m.server() != null && m.server().hasTermination())
            .count());
  }

  private static boolean isSuccess(Message message) {
    return message.worker() != null
        && message.worker().hasUpdateJob()
        && message.worker().getUpdateJob().getStatus() == JobStatus.JS_SUCCESS;
  }

  private long underTheFramework(RealLiveKit server) throws Exception {
    String text = Files.readString(EXAMPLE);
    // By its own measure of the CPU it refuses every job on a busy machine.
    String served =
        text.replace("AgentServer()", "AgentServer(load_fnc=lambda _: 0.1, port=0)")
            .replace("agent_name=\"python-app\"", "agent_name=\"theirs\"");
    Path file = Files.writeString(folder.resolve("theirs.py"), served);
    Path log = folder.resolve("theirs.log");
    ProcessBuilder builder =
        new ProcessBuilder(PythonTools.python().toString(), file.toString(), "start")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("LIVEKIT_URL", server.url());
    builder.environment().put("LIVEKIT_API_KEY", server.key());
    builder.environment().put("LIVEKIT_API_SECRET", server.secret());
    Process worker = builder.start();
    try {
      eventually(PythonRun.LONG, () -> Files.readString(log).contains("registered worker"));
      new ServerApi(server).createRoom("theirs", "theirs");
      return call(server, "theirs");
    } finally {
      worker.descendants().forEach(ProcessHandle::destroyForcibly);
      worker.destroyForcibly();
      worker.waitFor(10, TimeUnit.SECONDS);
    }
  }

  /**
   * Calls, says something and hangs up after the answer; milliseconds from the last sound to it.
   */
  private static long call(RealLiveKit server, String room)
      throws IOException, InterruptedException {
    String token = TestTokens.participant(server, room, "caller");
    Process caller =
        new ProcessBuilder(
                PythonTools.python().toString(),
                "src/test/resources/python/caller.py",
                server.url(),
                token)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String said = new String(caller.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(caller.waitFor(Duration.ofSeconds(20)), said);
    List<JsonObject> events = said.lines().map(Json::parseObject).toList();
    JsonObject last = events.getLast();
    assertEquals("answered", last.string("event"), said);
    return last.number("ms");
  }
}
