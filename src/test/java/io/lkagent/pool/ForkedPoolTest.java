package io.lkagent.pool;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.process.ChildSpawner;
import io.lkagent.supervise.ChildSettings;
import io.lkagent.testing.FakeApp;
import io.lkagent.testing.ShellAgent;
import io.lkagent.time.Time;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The pool with processes that a host forks, and with a host that dies or hangs. */
@Tag("python")
@Timeout(90)
final class ForkedPoolTest {
  private static final ChildSettings CHILD =
      ShellAgent.settings(Duration.ofSeconds(20), Duration.ofSeconds(5), Duration.ofSeconds(20));

  @TempDir Path folder;

  @Test
  void jobs_fiftyAtOnce_haveAForkedProcessEachAndNoPlatformThread() throws Exception {
    try (FakeApp app = new FakeApp(folder);
        ShellPool shell = pool(app, 2)) {
      shell.awaitIdle(2);
      for (int i = 0; i < 50; i++) {
        shell.pool.place(ShellAgent.job("AJ_" + i, ""));
      }
      for (int i = 0; i < 50; i++) {
        shell.awaitRunning("AJ_" + i);
      }
      assertEquals(50, new HashSet<>(shell.running.values()).size());
      List<String> threads =
          Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
      assertTrue(
          threads.stream().noneMatch(name -> name.matches("child-(4|5)\\d-(protocol|output)")),
          threads::toString);
    }
  }

  @Test
  void host_killed_callsGoOnAndTheNextJobIsServed() throws Exception {
    try (FakeApp app = new FakeApp(folder);
        ShellPool shell = pool(app, 1)) {
      shell.pool.place(ShellAgent.job("AJ_1", ""));
      long caller = shell.awaitRunning("AJ_1");
      shell.awaitIdle(1);
      long first = app.host().pid();
      ShellAgent.signal("KILL", first);
      for (int i = 2; i < 6; i++) {
        shell.pool.place(ShellAgent.job("AJ_" + i, ""));
      }
      for (int i = 2; i < 6; i++) {
        shell.awaitRunning("AJ_" + i);
      }
      assertNotEquals(first, app.nextHost(first));
      assertTrue(ShellAgent.signal("0", caller), "the call goes on");
      assertTrue(shell.failed.isEmpty(), shell.failed::toString);
      // A process without its host is still seen to end.
      ShellAgent.signal("KILL", caller);
      eventually(ShellPool.SOON, () -> !shell.pids().contains(caller));
      shell.awaitIdle(1);
    }
  }

  @Test
  void host_stopped_theNextJobsAreServed() throws Exception {
    try (FakeApp app = new FakeApp(folder);
        ShellPool shell = pool(app, 1)) {
      shell.awaitIdle(1);
      ShellAgent.signal("STOP", app.host().pid());
      for (int i = 1; i < 4; i++) {
        shell.pool.place(ShellAgent.job("AJ_" + i, ""));
      }
      for (int i = 1; i < 4; i++) {
        shell.awaitRunning("AJ_" + i);
      }
      assertTrue(shell.failed.isEmpty(), shell.failed::toString);
    }
  }

  @Test
  void host_thatCannotFork_failsTheJobWithItsCause() throws Exception {
    try (FakeApp app = new FakeApp(folder, "fork", "refuse");
        ShellPool shell = pool(app, 1)) {
      shell.pool.place(ShellAgent.job("AJ_1", ""));
      eventually(ShellPool.SOON, () -> shell.failed.containsKey("AJ_1"));
      assertEquals(
          "spawn-failed: cannot fork the app: the host cannot fork: too many processes",
          shell.cause("AJ_1"));
    }
  }

  private static ShellPool pool(FakeApp app, int idle) {
    return new ShellPool(
        ShellPool.settings(idle, 8),
        app.job("serve"),
        CHILD,
        Time.raw(),
        new ChildSpawner(Time.raw()),
        app.host().processes());
  }
}
