package io.lkagent.outside;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.Lkagent;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.ServerUnderTest;
import io.lkagent.testing.ShellAgent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What shows after a minute only, in real time: both minutes run at once. */
final class LongRunTest {
  private static final Duration STOPPED = Duration.ofSeconds(70);
  private static final Duration MINUTE = Duration.ofSeconds(60);
  private static final int MOST_SPAWNS = 10;

  @TempDir Path folder;

  @Test
  void stoppedWorkerAndFailingAgent_aMinuteLong_killNobodyAndSpinNot() {
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent stopped = worker(server, "outside", "good");
        Lkagent failing = worker(server, "failing", "fail")) {
      long start = System.nanoTime();
      stopped.awaitLog("registered");
      new ServerApi(server).createRoom("long", "outside");
      stopped.awaitLog("the agent runs", "room_name", "long");
      stopped.awaitJobProcesses(2);
      Set<Long> before = stopped.jobProcesses();
      stopped.signal("STOP");
      passed(start, MINUTE);
      assertFewSpawns(failing);
      passed(start, STOPPED);
      stopped.signal("CONT");
      new ServerApi(server).createRoom("after", "outside");
      stopped.awaitLog("the agent runs", "room_name", "after");
      assertTrue(stopped.jobProcesses().containsAll(before), stopped::said);
      assertTrue(!stopped.stderr().contains("killing a job process"), stopped::said);
    }
  }

  private static void assertFewSpawns(Lkagent failing) {
    long spawns =
        failing.log().stream()
            .filter(event -> event.string("message", "").equals("a process did not start"))
            .count();
    assertTrue(spawns > 3 && spawns <= MOST_SPAWNS, () -> spawns + " spawns" + failing.said());
    assertEquals(503, failing.status("/readyz"), failing::said);
  }

  /** Waits for a length of time, because that length is what is tested. */
  private static void passed(long start, Duration length) {
    eventually(
        length.plusSeconds(30),
        () -> "the clock stands still",
        () -> System.nanoTime() - start > length.toNanos());
  }

  private Lkagent worker(ServerUnderTest server, String agentName, String behaviour) {
    return Lkagent.worker(
        folder,
        server,
        Map.of(),
        "--agent-name",
        agentName,
        "--exec",
        "/bin/sh " + ShellAgent.script() + " " + behaviour);
  }
}
