package io.lkagent.pool;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.process.ChildSpawner;
import io.lkagent.process.ProcessSpec;
import io.lkagent.process.SpawnException;
import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.ChildSettings;
import io.lkagent.supervise.StopReason;
import io.lkagent.testing.ShellAgent;
import io.lkagent.time.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The pool with real shell processes. */
@Timeout(60)
final class PoolTest {
  private static final ChildSettings CHILD =
      ShellAgent.settings(Duration.ofSeconds(20), Duration.ofSeconds(5), Duration.ofSeconds(20));

  private final String mark = UUID.randomUUID().toString();

  @AfterEach
  void nothingIsLeft() {
    eventually(Duration.ofSeconds(5), () -> ShellAgent.marked(mark).isEmpty());
  }

  @Test
  void jobs_several_haveAProcessEachAndThePoolRefills() {
    try (ShellPool shell = shell(2, "good")) {
      shell.awaitIdle(2);
      for (int i = 0; i < 5; i++) {
        shell.pool.place(ShellAgent.job("AJ_" + i, ""));
      }
      for (int i = 0; i < 5; i++) {
        shell.awaitRunning("AJ_" + i);
      }
      assertEquals(5, new HashSet<>(shell.running.values()).size());
      shell.awaitIdle(2);
    }
  }

  @Test
  void job_allIdleKilled_succeeds() {
    try (ShellPool shell = shell(3, "good")) {
      shell.awaitIdle(3);
      shell.pids().forEach(pid -> ShellAgent.signal("KILL", pid));
      shell.pool.place(ShellAgent.job("AJ_1", ""));
      shell.awaitRunning("AJ_1");
      assertTrue(shell.failed.isEmpty());
    }
  }

  @Test
  void job_idleChildStopped_goesToAnotherAndTheStoppedOneIsKilled() {
    try (ShellPool shell = shell(2, "good")) {
      shell.awaitIdle(2);
      long oldest = shell.pids().getFirst();
      ShellAgent.signal("STOP", oldest);
      shell.pool.place(ShellAgent.job("AJ_1", ""));
      assertNotEquals(oldest, shell.awaitRunning("AJ_1"));
      eventually(ShellPool.SOON, () -> !ShellAgent.signal("0", oldest));
      assertTrue(
          shell.news.stream()
              .anyMatch(news ->
                  news instanceof ChildNews.Ended ended
                      && ended.cause().reason() == StopReason.UNRESPONSIVE));
    }
  }

  @Test
  void job_processDiesBetweenStartAndRunning_isGivenToAnother(@TempDir Path folder) {
    Map<String, String> environment =
        Map.of("TEST_MARK", mark, "MARKER", folder.resolve("died").toString());
    ProcessSpec spec = ShellAgent.spec("die-at-first-start", environment);
    try (ShellPool shell = new ShellPool(ShellPool.settings(1, 2), spec, CHILD, Time.raw())) {
      shell.awaitIdle(1);
      shell.pool.place(ShellAgent.job("AJ_1", ""));
      shell.awaitRunning("AJ_1");
      assertTrue(Files.exists(folder.resolve("died")));
      assertTrue(
          shell.news.stream()
              .anyMatch(news -> news instanceof ChildNews.Ended e && e.job() != null && !e.ran()));
    }
  }

  @Test
  void agent_failsAlways_waitingJobFailsWithItsCause() {
    try (ShellPool shell = shell(1, "fail")) {
      shell.pool.place(ShellAgent.job("AJ_1", ""));
      eventually(ShellPool.SOON, () -> shell.failed.containsKey("AJ_1"));
      assertEquals("init-failed: no model", shell.cause("AJ_1"));
      eventually(ShellPool.SOON, () -> shell.pool.state().crashLoop());
    }
  }

  @Test
  void agent_diesWhenReady_jobFailsAndStartsAreFew() {
    try (ShellPool shell = shell(1, "die-after-ready")) {
      shell.pool.place(ShellAgent.job("AJ_1", ""));
      eventually(Duration.ofSeconds(20), () -> shell.failed.containsKey("AJ_1"));
      assertTrue(shell.pool.state().nextNumber() < 14, () -> shell.pool.state().toString());
    }
  }

  @Test
  void spawn_refused_backsOffAndFailsTheJobWithAClearLine() {
    AtomicInteger tries = new AtomicInteger();
    try (ShellPool shell =
        new ShellPool(
            ShellPool.settings(4, 4),
            ShellAgent.spec("good"),
            CHILD,
            Time.raw(),
            new ChildSpawner(Time.raw()),
            spec -> {
              tries.incrementAndGet();
              throw new SpawnException("cannot start sh: no more processes", new IOException());
            })) {
      eventually(ShellPool.SOON, () -> tries.get() >= 4);
      shell.pool.place(ShellAgent.job("AJ_1", ""));
      eventually(ShellPool.SOON, () -> shell.failed.containsKey("AJ_1"));
      assertEquals("spawn-failed: cannot start sh: no more processes", shell.cause("AJ_1"));
      assertTrue(tries.get() <= 8, () -> tries + " tries");
    }
  }

  @Test
  void close_withJobs_endsIdleOnesAndLetsJobsRun() {
    try (ShellPool shell = shell(2, "good")) {
      shell.awaitIdle(2);
      shell.pool.place(ShellAgent.job("AJ_1", ""));
      long pid = shell.awaitRunning("AJ_1");
      shell.pool.close();
      eventually(ShellPool.SOON, () -> shell.pids().equals(List.of(pid)));
      assertTrue(ShellAgent.signal("0", pid));
      assertFalse(shell.pool.state().crashLoop());
    }
  }

  private ShellPool shell(int idle, String behaviour) {
    ProcessSpec spec = ShellAgent.spec(behaviour, Map.of("TEST_MARK", mark));
    return new ShellPool(ShellPool.settings(idle, 2), spec, CHILD, Time.raw());
  }
}
