package io.lkagent.outside;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.lkagent.json.Json;
import io.lkagent.json.JsonObject;
import io.lkagent.testing.CompiledAgent;
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
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Agents made slow on purpose, probed by the real command: it names the mistake first. */
@Timeout(value = 6, unit = TimeUnit.MINUTES) // one that hangs says so by its own limit
@Isolated("waiting is what neither computes nor stands in line: others blur it")
final class SlowAgentsTest {
  private static final Path AGENTS = Path.of("examples/slow-agents").toAbsolutePath();
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir Path folder;

  @Test
  void shellAgent_thatCannotStart_isACrashLoop() {
    assertEquals(
        "crash-loop",
        firstFinding(1, "--runs", "3", "--exec", "sh " + AGENTS.resolve("crash_loop.sh")));
  }

  @Test
  void javaAgent_whoseCriticalComponentAsksAServer_waits() {
    String classPath = CompiledAgent.classPath(AGENTS.resolve("SlowGreeter.java"), folder);
    assertEquals(
        "blocking-wait",
        firstFinding(0, "--runs", "2", "--agent", "SlowGreeter", "--classpath", classPath));
  }

  @ParameterizedTest
  @Tag("python")
  @CsvSource({
    "sleeping_import.py, import-on-critical-path",
    "model_twice.py, component-loaded-twice",
    "half_a_gigabyte.py, memory",
  })
  void pythonAgent_itsMistake_isNamedFirst(String file, String finding) {
    assertEquals(
        finding,
        firstFinding(
            0, "--runs", "2", "--exec", PythonTools.python() + " " + AGENTS.resolve(file)));
  }

  @Test
  @Tag("python")
  void pythonAgent_whoseImportSleeps_isFoundWithoutTheRuntimesInstruments() {
    assertEquals(
        "blocking-wait",
        firstFinding(
            0,
            "--runs",
            "2",
            "--no-inside",
            "--exec",
            PythonTools.python() + " " + AGENTS.resolve("sleeping_import.py")));
  }

  @ParameterizedTest
  @Tag("python")
  @CsvSource({"prewarm_network.py, blocking-wait", "thread_at_import.py, thread-at-import"})
  void pythonApp_itsMistake_isNamedFirst(String file, String finding) {
    assertEquals(
        finding,
        firstFinding(
            0,
            "--runs",
            "2",
            "--interpreter",
            PythonTools.python().toString(),
            "--python",
            AGENTS.resolve(file).toString()));
  }

  @Test
  @Tag("node")
  void nodeApp_thatBlocksInPrewarm_waits() throws IOException {
    NodeAppUnderTest.link(folder);
    Path app = Files.copy(AGENTS.resolve("prewarm_blocks.mjs"), folder.resolve("app.mjs"));
    assertEquals("blocking-wait", firstFinding(0, "--runs", "2", "--node", app.toString()));
  }

  private String firstFinding(int exit, String... options) {
    List<String> arguments =
        new ArrayList<>(List.of("probe-init", "--output=json", "--timeout", "60s"));
    arguments.addAll(List.of(options));
    try (Lkagent probe = Lkagent.start(folder, Map.of(), arguments.toArray(String[]::new))) {
      assertEquals(exit, probe.awaitExit(LIMIT), probe::said);
      List<JsonObject> findings = Json.parseObject(probe.stdout()).objects("findings");
      return findings.isEmpty()
          ? fail("no finding" + probe.said())
          : findings.getFirst().string("id");
    }
  }
}
