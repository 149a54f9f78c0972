package io.lkagent.process;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Short commands of the system's shell. */
@Timeout(60)
final class SideCommandTest {
  private static final Duration LIMIT = Duration.ofSeconds(50);

  private final SideCommand commands = new SideCommand();

  @TempDir Path folder;

  @Test
  void run_toItsEnd_saysHowItEndedAndWhatItPrinted() throws Exception {
    assertEquals(new SideCommand.Result(3, "so\n"), commands.run(shell("echo so; exit 3"), LIMIT));
  }

  @Test
  void run_tooLong_isEnded() throws Exception {
    assertEquals(-1, commands.run(shell("exec sleep 600"), Duration.ofMillis(100)).exit());
  }

  @Test
  void stop_endsWhatRuns() throws Exception {
    Path up = folder.resolve("up");
    CompletableFuture<Integer> exit = new CompletableFuture<>();
    Thread.startVirtualThread(() -> {
      try {
        exit.complete(commands.run(shell(": >" + up + "; sleep 600; true"), LIMIT).exit());
      } catch (Exception e) {
        exit.completeExceptionally(e);
      }
    });
    eventually(LIMIT, () -> Files.exists(up));
    commands.stop();
    assertEquals(-1, exit.get(LIMIT.toSeconds(), TimeUnit.SECONDS));
  }

  @Test
  void run_afterAStop_startsNothing() throws Exception {
    Path mark = folder.resolve("mark");
    commands.stop();
    assertEquals(-1, commands.run(shell(": >" + mark), LIMIT).exit());
    assertFalse(Files.exists(mark));
  }

  private static ProcessSpec shell(String script) {
    return new ProcessSpec(List.of("/bin/sh", "-c", script), Map.of(), Set.of(), null);
  }
}
