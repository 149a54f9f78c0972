package io.lkagent.outside;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.json.Json;
import io.lkagent.json.JsonObject;
import io.lkagent.testing.Lkagent;
import io.lkagent.testing.OnRealServer;
import io.lkagent.testing.PythonTools;
import io.lkagent.testing.RealLiveKit;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.ServerUnderTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import livekit.LivekitModels.ParticipantInfo;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code lkagent dispatch} with agents that join rooms of the real server, and with one that
 * cannot.
 */
@Tag("python")
@OnRealServer
final class DispatchOnRealServerTest {
  @TempDir Path folder;

  @Test
  void pythonAgent_joinsAMissingRoomAndAnExistingOne_once() throws Exception {
    String agent =
        PythonTools.python()
            + " "
            + Path.of("examples/python-echo-agent/agent.py").toAbsolutePath();
    Path own = Files.createTempDirectory(folder, "run");
    try (RealLiveKit server = RealLiveKit.start();
        Lkagent worker =
            Lkagent.worker(own, server, Map.of(), "--exec", agent, "--idle-processes", "2")) {
      worker.awaitLog("registered");
      worker.awaitLog("a process is ready");
      ServerApi api = new ServerApi(server);
      api.createRoom("existing", "another");
      JsonObject made = dispatch(own, server, 0, "missing");
      JsonObject existing = dispatch(own, server, 0, "existing");
      JsonObject again = dispatch(own, server, 0, "existing");
      assertTrue(made.flag("room_created", false));
      assertFalse(existing.flag("room_created", true));
      assertTrue(again.flag("reused", false));
      assertEquals(existing.string("dispatch_id"), again.string("dispatch_id"));
      for (JsonObject joined : List.of(made, existing)) {
        List<ParticipantInfo> there = api.participants(joined.string("room"));
        assertEquals(1, there.size(), there.toString());
        assertEquals(ParticipantInfo.Kind.AGENT, there.getFirst().getKind());
        assertEquals(joined.object("agent").string("identity"), there.getFirst().getIdentity());
        assertTrue(worker.jobProcesses().contains(joined.object("process").number("pid")));
        // Shown with the test's output: a room made with its agent, and one that was there.
        System.out.println(joined.string("room") + " room: " + joined.object("stages_ms"));
      }
      threeAtOnce(own, server);
      assertEquals(1, api.dispatches("tabs").size());
      assertEquals(1, api.participants("tabs").size());
    }
  }

  private static void threeAtOnce(Path folder, ServerUnderTest server) {
    List<Lkagent> tabs =
        IntStream.range(0, 3)
            .mapToObj(i ->
                Lkagent.start(
                    folder, Lkagent.keys(server), "dispatch", "tabs", "--agent-name", "outside"))
            .toList();
    try {
      tabs.forEach(tab -> assertEquals(0, tab.awaitExit(), tab::said));
    } finally {
      tabs.forEach(Lkagent::close);
    }
  }

  @Test
  void builtInAgent_runsAndCannotJoin_isExit8_withItsPid() throws Exception {
    Path own = Files.createTempDirectory(folder, "run");
    try (RealLiveKit server = RealLiveKit.start();
        Lkagent worker = Lkagent.worker(own, server, Map.of())) {
      worker.awaitLog("registered");
      JsonObject absent = dispatch(own, server, 8, "r");
      assertEquals("did_not_join", absent.string("outcome"));
      long pid = absent.object("process").number("pid");
      assertTrue(worker.jobProcesses().contains(pid), absent.toString());
      String error = absent.string("error");
      assertTrue(error.contains("pid " + pid) && error.contains("built-in"), error);
      // It is known to run: another dispatch would only be a second one for the same agent.
      JsonObject again = dispatch(own, server, 8, "r", "--wait", "1s");
      assertEquals(absent.string("dispatch_id"), again.string("dispatch_id"));
    }
  }

  private static JsonObject dispatch(
      Path folder, ServerUnderTest server, int exit, String room, String... more) {
    String[] command = {"dispatch", room, "--agent-name", "outside", "-o", "json"};
    String[] all = java.util.Arrays.copyOf(command, command.length + more.length);
    System.arraycopy(more, 0, all, command.length, more.length);
    try (Lkagent run = Lkagent.start(folder, Lkagent.keys(server), all)) {
      assertEquals(exit, run.awaitExit(), run::said);
      return Json.parseObject(run.stdout());
    }
  }
}
