package io.lkagent.outside;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.Lkagent;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.ServerUnderTest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands on a terminal: colour where it is wanted, and Ctrl-C. */
final class TerminalTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String ESCAPE = "\u001b";
  private static final String CTRL_C = "\u0003";

  @TempDir Path folder;

  @Test
  void colour_isForTerminalsThatWantIt() {
    Map<String, String> colours = Map.of("TERM", "xterm-256color", "NO_COLOR", "");
    try (Lkagent coloured = Lkagent.onTerminal(folder, colours, "nonsense");
        Lkagent dumb = Lkagent.onTerminal(folder, Map.of("TERM", "dumb"), "nonsense");
        Lkagent refused =
            Lkagent.onTerminal(folder, Map.of("TERM", "xterm", "NO_COLOR", "1"), "nonsense");
        Lkagent piped = Lkagent.start(folder, colours, "nonsense");
        Lkagent help = Lkagent.onTerminal(folder, Map.of("TERM", "dumb"), "worker", "--help")) {
      for (Lkagent run : List.of(coloured, dumb, refused, piped)) {
        assertEquals(2, run.awaitExit(), run::said);
        assertTrue((run.stdout() + run.stderr()).contains("\"nonsense\""), run::said);
      }
      assertEquals(0, help.awaitExit(), help::said);
      assertTrue(coloured.stdout().contains(ESCAPE), coloured::said);
      for (Lkagent run : List.of(dumb, refused, piped, help)) {
        assertFalse((run.stdout() + run.stderr()).contains(ESCAPE), run::said);
      }
    }
  }

  @Test
  void ctrlC_onAWorker_drainsAndLeavesNothing() {
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker = worker(server)) {
      ServerApi api = new ServerApi(server);
      awaitShown(worker, "registered");
      api.createRoom("call", "outside");
      eventually(SOON, worker::said, () -> api.participants("call").size() == 1);
      worker.type(CTRL_C);
      awaitShown(worker, "got SIGINT");
      awaitShown(worker, "draining");
      assertEquals(1, api.participants("call").size());
      assertFalse(worker.stdout().contains("the job failed"), worker::said);
      api.deleteRoom("call");
      assertEquals(0, worker.awaitExit(), worker::said);
      assertFalse(worker.stdout().contains(ESCAPE), worker::said);
      worker.awaitNothingLeft(SOON);
    }
  }

  private Lkagent worker(ServerUnderTest server) {
    Map<String, String> environment = new HashMap<>(Lkagent.keys(server));
    environment.put("TERM", "xterm-256color");
    return Lkagent.onTerminal(
        folder,
        environment,
        "worker",
        "start",
        "--agent-name",
        "outside",
        "--idle-processes",
        "1",
        "--host",
        "127.0.0.1",
        "--port",
        "0");
  }

  @Test
  void ctrlC_onTheDemo_endsItAndLeavesNothing() {
    try (Lkagent demo =
        Lkagent.onTerminal(folder, Map.of(), "demo", "--rooms", "2", "--hold", "60s")) {
      awaitShown(demo, "2 of 2 rooms are served");
      demo.type(CTRL_C);
      assertEquals(130, demo.awaitExit(), demo::said);
      demo.awaitNothingLeft(SOON);
    }
  }

  private static void awaitShown(Lkagent run, String words) {
    eventually(SOON, () -> "no \"" + words + "\"" + run.said(), () -> run.stdout().contains(words));
  }
}
