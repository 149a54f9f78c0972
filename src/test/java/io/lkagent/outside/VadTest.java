package io.lkagent.outside;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.Lkagent;
import io.lkagent.testing.ServerUnderTest;
import io.lkagent.vad.SomeWeights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator hears of the built-in agent's voice activity detection. */
final class VadTest {
  private static final int PROCESSES = 3;

  @TempDir Path folder;

  @Test
  void files_missing_workerWarnsOnceAndIsReady() {
    List<String> lacks = lacks(2 * PROCESSES);
    assertEquals(PROCESSES, lacks.size(), lacks::toString);
    assertEquals(1, lacks.stream().filter(line -> line.contains("\"WARN\"")).count());
    assertTrue(lacks.getFirst().contains("is missing; run install.sh again"), lacks::toString);
  }

  @Test
  void files_there_workerSaysNothing() throws Exception {
    SomeWeights.write(Files.createDirectory(folder.resolve("vad")));
    assertEquals(List.of(), lacks(PROCESSES));
  }

  @Test
  void off_workerSaysNothing() {
    assertEquals(List.of(), lacks(0, "--vad", "off"));
  }

  /** What the worker says is lacking, once its processes have reported so often on the VAD. */
  private List<String> lacks(int reports, String... more) {
    Map<String, String> environment =
        Map.of("JDK_JAVA_OPTIONS", "-Dlkagent.vad.files=" + folder.resolve("vad"));
    List<String> arguments = new ArrayList<>(List.of("--log-level", "debug"));
    arguments.addAll(List.of("--idle-processes", String.valueOf(PROCESSES)));
    arguments.addAll(List.of(more));
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker =
            Lkagent.worker(folder, server, environment, arguments.toArray(String[]::new))) {
      eventually(
          Duration.ofSeconds(30),
          worker::said,
          () ->
              lines(worker, "a process is ready").size() == PROCESSES
                  && lines(worker, "\"component\":\"vad\"").size() == reports);
      return lines(worker, "goes on without a component");
    }
  }

  private static List<String> lines(Lkagent worker, String with) {
    return worker.stderr().lines().filter(line -> line.contains(with)).toList();
  }
}
