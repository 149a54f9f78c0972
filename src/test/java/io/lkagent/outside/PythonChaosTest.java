package io.lkagent.outside;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.Lkagent;
import io.lkagent.testing.Proc;
import io.lkagent.testing.ServerUnderTest;
import io.lkagent.time.Time;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signals to the processes of a Python app, and a server that restarts, with calls running. */
@Tag("python")
final class PythonChaosTest {
  private static final String APP =
      """
      import time
      from livekit.agents import AgentServer, JobContext, cli

      server = AgentServer()

      @server.rtc_session()
      async def entry(ctx: JobContext):
          if ctx.job.room.name == "hangs":
              print("hanging")
              time.sleep(1000)
          await ctx.connect()

      if __name__ == "__main__":
          cli.run_app(server)
      """;

  @TempDir Path folder;

  @Test
  void jobProcess_killed_jobHasFailed_andServerRestarted_theNextIsServed() throws Exception {
    try (ServerUnderTest server = DevServerUnderTest.start();
        PythonRun run = PythonRun.start(folder, server, APP)) {
      long first = run.serve("first");
      Lkagent.signal(first, "KILL");
      run.worker().awaitLog("the job failed", "room_name", "first");
      long second = run.serve("second");
      assertNotEquals(first, second);
      server.restart();
      eventually(PythonRun.LONG, () -> "it stays" + run.worker().said(), () -> !isAlive(second));
      eventually(
          PythonRun.LONG,
          () -> "not registered again" + run.worker().said(),
          () -> run.worker().status("/") == 200);
      run.serve("third");
      run.terminate();
    }
  }

  @Test
  void host_killedOrStopped_callsGoOnAndTheNextAreServed() throws Exception {
    try (ServerUnderTest server = DevServerUnderTest.start();
        PythonRun run = PythonRun.start(folder, server, APP)) {
      long call = run.serve("call");
      run.awaitIdle();
      long killed = run.host(0);
      Lkagent.signal(killed, "KILL");
      long stopped = run.host(killed);
      run.serve("after-kill");
      run.awaitIdle();
      Lkagent.signal(stopped, "STOP");
      run.serve("after-stop-1"); // by the process that was idle
      run.serve("after-stop-2");
      assertNotEquals(stopped, run.host(stopped));
      assertTrue(isAlive(call), run.worker()::said);
      assertEquals(1, run.api().participants("call").size());
      run.api().deleteRoom("call");
      run.worker().awaitLog("the job is over", "room_name", "call");
      eventually(PythonRun.LONG, () -> !isAlive(call));
      run.terminate();
    }
  }

  @Test
  void worker_stoppedForLongerThanThePingTimeout_callGoesOn_thenKilled_nothingIsLeft()
      throws Exception {
    try (ServerUnderTest server = DevServerUnderTest.start();
        PythonRun run =
            PythonRun.start(folder, server, APP, "--ping-interval=500ms", "--ping-timeout=3s")) {
      long call = run.serve("call");
      run.awaitIdle();
      run.worker().signal("STOP");
      Time.raw().sleep(Duration.ofSeconds(8));
      run.worker().signal("CONT");
      Time.raw().sleep(Duration.ofSeconds(4)); // longer than the ping timeout, once more
      assertTrue(isAlive(call), run.worker()::said);
      assertEquals(1, run.api().participants("call").size());

      run.serve("hangs");
      run.worker().awaitLog("hanging");
      run.worker().signal("KILL");
      run.worker().awaitNothingLeft(Duration.ofSeconds(10));
    }
  }

  private static boolean isAlive(long pid) {
    return Proc.all().contains(pid);
  }
}
