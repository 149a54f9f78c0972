package io.lkagent.outside;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.Lkagent;
import io.lkagent.testing.NodeAppUnderTest;
import io.lkagent.testing.PythonTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Our agents keep the job protocol whatever is done to them, by the command line alone. */
@Timeout(value = 6, unit = TimeUnit.MINUTES) // one that hangs says so by its own limits
final class ProbeFaultsTest {
  private static final Duration LONG = Duration.ofMinutes(3);

  @TempDir Path folder = Path.of("unset");

  @Test
  void builtInAgent_everyFault_isBorne() {
    bears("--vad", "off");
  }

  @Test
  @Tag("python")
  void pythonApp_everyFault_isBorne() {
    bears(
        "--python",
        Path.of("examples/python-app/app.py").toAbsolutePath().toString(),
        "--interpreter",
        PythonTools.python().toString());
  }

  @Test
  @Tag("node")
  void nodeApp_everyFault_isBorne() throws IOException {
    Path app = folder.resolve("agent.js");
    Files.copy(Path.of("examples/node-app/agent.js"), app);
    Files.copy(Path.of("examples/node-app/package.json"), folder.resolve("package.json"));
    NodeAppUnderTest.link(folder);
    bears("--node", app.toString());
  }

  private void bears(String... agent) {
    List<String> arguments =
        new ArrayList<>(List.of("probe-init", "--runs=1", "--timeout=60s", "--faults=all"));
    arguments.addAll(List.of(agent));
    try (Lkagent probe = Lkagent.start(folder, Map.of(), arguments.toArray(String[]::new))) {
      int exit = probe.awaitExit(LONG);
      assertFalse(probe.stdout().contains("✗ "), probe::said);
      assertTrue(probe.stdout().contains("✓ late-init"), probe::said);
      assertEquals(0, exit, probe::said);
      probe.awaitNothingLeft(LONG);
    }
  }

  @Test
  void agent_thatBreaksTheProtocol_isTheVerdict() throws IOException {
    String source = Files.readString(Path.of("examples/shell-agent/agent.sh"));
    Path agent = folder.resolve("agent.sh");
    Files.writeString(agent, source.replace("  esac", "    *) exit 4 ;;\n  esac"));
    try (Lkagent probe =
        Lkagent.start(
            folder,
            Map.of(),
            "probe-init",
            "--runs=1",
            "--exec",
            "sh " + agent,
            "--faults=unknown-message,unknown-field")) {
      assertEquals(1, probe.awaitExit(LONG), probe::said);
      assertTrue(probe.stdout().contains("✗ unknown-message"), probe::said);
      assertTrue(probe.stdout().contains("✓ unknown-field"), probe::said);
    }
  }

  @Test
  void explain_negativeNumber_isAValue() {
    try (Lkagent explain = Lkagent.start(folder, Map.of(), "probe-init", "--explain", "-10")) {
      assertEquals(0, explain.awaitExit(), explain::said);
      assertTrue(explain.stdout().contains("signal 10 (SIGUSR1)"), explain::said);
    }
  }
}
