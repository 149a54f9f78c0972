package io.lkagent.frameworks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.PythonTools;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What LiveKit's media engine tells Python, through our adapter. */
@Tag("python")
final class PythonEngineTest {
  static Stream<Path> pythons() {
    return Stream.of(PythonTools.python(), PythonTools.olderPython());
  }

  /** The library's own listener is called by its address, so it has to outlive a collection. */
  @ParameterizedTest
  @MethodSource("pythons")
  void log_afterACollection_reachesTheLibrarysListener(Path python) throws Exception {
    Process process =
        new ProcessBuilder(
                python.toString(),
                "src/test/resources/python/engine_log.py",
                "src/main/python/lkagent_app.py")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(Duration.ofSeconds(30)), said);
    assertEquals(
        List.of("replaced True", "WARNING engine:7:m - it is slow"), said.lines().toList());
    assertEquals(0, process.exitValue());
  }
}
