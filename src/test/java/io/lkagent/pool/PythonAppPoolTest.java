package io.lkagent.pool;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.frameworks.AppCommand;
import io.lkagent.frameworks.AppDescription;
import io.lkagent.frameworks.AppFault;
import io.lkagent.frameworks.AppHost;
import io.lkagent.frameworks.HostTimes;
import io.lkagent.frameworks.Language;
import io.lkagent.process.ChildSpawner;
import io.lkagent.process.ProcessSpec;
import io.lkagent.supervise.ChildSettings;
import io.lkagent.testing.PythonTools;
import io.lkagent.testing.ShellAgent;
import io.lkagent.time.Time;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The pool with an app of LiveKit's own Python framework, forked by our script. */
@Tag("python")
@Timeout(180)
final class PythonAppPoolTest {
  private static final Duration LOADING = Duration.ofSeconds(60);
  private static final ChildSettings CHILD =
      ShellAgent.settings(Duration.ofSeconds(60), Duration.ofSeconds(10), Duration.ofSeconds(30));

  @TempDir Path folder;

  @Test
  void app_forked_fillsThePoolAlsoAfterItsHostWasKilled() throws Exception {
    String mark = UUID.randomUUID().toString();
    ProcessSpec jobs = new ProcessSpec(List.of(), Map.of("TEST_MARK", mark), Set.of(), null);
    ChildSpawner spawner = new ChildSpawner(Time.raw());
    try (AppHost host = start(jobs, spawner, "cli.run_app(server)")) {
      AppDescription app = host.description();
      assertEquals("livekit-agents", app.framework());
      assertEquals(AppDescription.Mode.FORK, app.mode(), app::why);
      assertEquals("greeter", app.agentName());
      try (ShellPool shell =
          new ShellPool(
              ShellPool.settings(3, 2),
              jobs,
              CHILD,
              Time.raw(),
              new ChildSpawner(Time.raw()),
              host.processes())) {
        shell.awaitIdle(3);
        long first = host.pid();
        List<Long> before = shell.pids();
        ShellAgent.signal("KILL", first);
        ShellAgent.signal("KILL", before.getFirst());
        eventually(LOADING, () -> host.pid() != first && host.pid() != 0);
        eventually(LOADING, () -> !shell.pids().contains(before.getFirst()));
        shell.awaitIdle(3);
        assertNotEquals(first, host.pid());
        assertTrue(shell.pids().containsAll(before.subList(1, 3)), "idle processes go on");
      }
    } finally {
      spawner.close();
    }
    eventually(LOADING, () -> ShellAgent.marked(mark).isEmpty());
  }

  @Test
  void app_withoutAWorker_failsInOneLine() throws Exception {
    ProcessSpec jobs = new ProcessSpec(List.of(), Map.of(), Set.of(), null);
    try (ChildSpawner spawner = new ChildSpawner(Time.raw())) {
      AppFault none = assertThrows(AppFault.class, () -> start(jobs, spawner, "del server"));
      assertEquals(AppFault.Kind.NO_WORKER, none.kind(), none.line());
      AppFault broken =
          assertThrows(AppFault.class, () -> start(jobs, spawner, "import nothing_like_this"));
      assertEquals(AppFault.Kind.IMPORT, broken.kind(), broken.line());
      assertTrue(broken.line().contains("nothing_like_this"), broken.line());
    }
  }

  private AppHost start(ProcessSpec jobs, ChildSpawner spawner, String last) throws Exception {
    String app =
        """
        from livekit.agents import AgentServer, cli
        server = AgentServer()
        @server.rtc_session(agent_name="greeter")
        async def entry(ctx):
            await ctx.connect()
        """;
    Path file = Files.writeString(folder.resolve("app.py"), app + last + "\n");
    return AppHost.start(
        AppCommand.find(Language.PYTHON, file, PythonTools.python(), System.getenv(), folder),
        jobs,
        spawner,
        folder.resolve("run"),
        HostTimes.of(LOADING),
        Time.raw());
  }
}
