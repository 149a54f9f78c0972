package io.lkagent.outside;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.lkagent.testing.Proc;
import io.lkagent.testing.RealLiveKit;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** The real server restarts while a Python app has a call. */
@Tag("livekit")
@Tag("python")
@Isolated("a dispatch that is answered late is lost, on the real server")
final class PythonServerRestartTest {
  private static final String APP =
      """
      from livekit.agents import AgentServer, JobContext, cli

      server = AgentServer()

      @server.rtc_session()
      async def entry(ctx: JobContext):
          async def goodbye(reason: str):
              print("goodbye", ctx.room.name)
          ctx.add_shutdown_callback(goodbye)
          await ctx.connect()
          print("connected", ctx.room.name)

      if __name__ == "__main__":
          cli.run_app(server)
      """;

  @TempDir Path folder;

  /** The call goes on in the new server's room, or it ends; what it must not do is hang. */
  @Test
  void serverRestarted_duringACall_theCallIsThereAgainOrEnds_andTheNextIsServed() throws Exception {
    try (RealLiveKit server = RealLiveKit.start();
        PythonRun run = PythonRun.start(folder, server, APP)) {
      long call = run.serve("call");
      run.worker().awaitLog("connected call");
      run.awaitIdle();
      server.restart();
      eventually(
          PythonRun.LONG,
          () -> "not registered again" + run.worker().said(),
          () -> run.worker().stderr().contains("registered again"));
      long next = run.serve("next");
      assertNotEquals(call, next);
      run.worker().awaitLog("connected next");
      eventually(
          PythonRun.LONG,
          () -> "neither back nor over" + run.worker().said(),
          () -> !Proc.all().contains(call) || isThere(run));
      System.out.println("after the restart the call is " + (isThere(run) ? "back" : "over"));
      run.terminate();
    }
  }

  private static boolean isThere(PythonRun run) {
    return run.api().rooms().stream().anyMatch(room -> room.getName().equals("call"))
        && !run.api().participants("call").isEmpty();
  }
}
