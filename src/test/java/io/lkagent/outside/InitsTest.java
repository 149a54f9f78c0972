package io.lkagent.outside;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.Lkagent;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.ServerUnderTest;
import io.lkagent.time.Time;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many initialisations of the built-in agent, each a process that then serves a room; 300 by
 * default, {@code -DargLine=-Dlkagent.test.inits=3000} runs the long proof.
 */
final class InitsTest {
  private static final int INITS = Integer.getInteger("lkagent.test.inits", 300);
  private static final int AT_ONCE = 10;

  @TempDir Path folder;

  @Test
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void inits_ofTheBuiltInAgent_neverFail() {
    Time time = Time.raw();
    long began = time.nanos();
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker =
            Lkagent.worker(
                folder,
                server,
                Map.of(),
                "--log-level",
                "error",
                "--idle-processes",
                "2",
                "--max-jobs",
                "20")) {
      eventually(Duration.ofSeconds(30), worker::said, () -> worker.status("/readyz") == 200);
      ServerApi api = new ServerApi(server);
      for (int done = 0; done < INITS; done += AT_ONCE) {
        // New names each time: a room that is made again while its old agent still joins keeps
        // that agent, and CreateRoom's own is ignored.
        String prefix = "room-" + done + "-";
        for (int i = 0; i < AT_ONCE; i++) {
          api.createRoom(prefix + i, "outside");
        }
        for (int i = 0; i < AT_ONCE; i++) {
          String room = prefix + i;
          eventually(
              Duration.ofSeconds(60),
              () -> "nobody serves " + room + worker.said(),
              () -> api.participants(room).size() == 1);
        }
        for (int i = 0; i < AT_ONCE; i++) {
          api.deleteRoom(prefix + i);
        }
        eventually(
            Duration.ofSeconds(60),
            worker::said,
            () -> worker.get("/worker").body().contains("\"active_jobs\":0"));
      }
      String metrics = worker.get("/metrics").body();
      assertEquals(0, inits(metrics, false), worker::said);
      assertTrue(inits(metrics, true) >= INITS, metrics);
      System.out.printf(
          Locale.ROOT,
          "%d inits and rooms, 0 failures, %d s%n",
          INITS,
          Duration.ofNanos(time.nanos() - began).toSeconds());
    }
  }

  private static double inits(String metrics, boolean good) {
    return metrics
        .lines()
        .filter(line -> line.startsWith("lkagent_init_results_total"))
        .filter(line -> line.contains("\"ok\"") == good)
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
