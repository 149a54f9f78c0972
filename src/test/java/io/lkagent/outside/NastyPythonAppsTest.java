package io.lkagent.outside;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.json.JsonObject;
import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.ServerUnderTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Python apps that do what people's apps do and should not. */
@Tag("python")
final class NastyPythonAppsTest {
  private static final String APP =
      """
      import asyncio, logging, multiprocessing, sys, threading, time
      from livekit.agents import AgentServer, JobContext, cli

      logging.basicConfig(level=logging.INFO, stream=sys.stdout)
      server = AgentServer()

      def setup(process):
          print("warm", "words", sep="-")
      server.setup_fnc = setup

      def square(n):
          return n * n

      def squares(method):
          with multiprocessing.get_context(method).Pool(2) as pool:
              return pool.map(square, range(4))

      @server.rtc_session()
      async def entry(ctx: JobContext):
          name = ctx.job.room.name
          await ctx.connect()
          if name == "pools":
              for method in ("fork", "spawn"):
                  print(method, await asyncio.to_thread(squares, method))
          elif name == "blocks":
              time.sleep(5)
              print("blocked no more")
          elif name == "exits":
              sys.exit(3)
          elif name == "stays":
              logging.getLogger("nasty").info("it stays")
              while True:
                  try:
                      await asyncio.sleep(1000)
                  except asyncio.CancelledError:
                      pass
      """;
  private static final String RUN = "\nif __name__ == '__main__': cli.run_app(server)\n";

  @TempDir Path folder;

  @Test
  void app_thatBlocksExitsStaysAndHasProcessesOfItsOwn_harmsOnlyItsRoom() throws IOException {
    try (ServerUnderTest server = DevServerUnderTest.start();
        PythonRun run = PythonRun.start(folder, server, APP + RUN, "--shutdown-timeout=3s")) {
      for (String room : List.of("blocks", "pools", "stays", "exits")) {
        run.serve(room);
      }
      run.worker().awaitLog("warm-words");
      run.worker().awaitLog("the job failed", "room_name", "exits");
      run.worker().awaitLog("it stays", "logger", "nasty");
      run.worker().awaitLog("fork [0, 1, 4, 9]");
      run.worker().awaitLog("spawn [0, 1, 4, 9]");
      run.api().deleteRoom("stays");
      run.worker().awaitLog("the job is over", "room_name", "stays");
      run.worker().awaitLog("blocked no more");
      run.serve("after-all");
      run.terminate();
    }
  }

  @Test
  void app_withAThreadFromItsImport_isServedByAnInterpreterARoom() throws IOException {
    String thread = "threading.Thread(target=time.sleep, args=(1000,), name='nasty').start()\n";
    try (ServerUnderTest server = DevServerUnderTest.start();
        PythonRun run = PythonRun.start(folder, server, APP + thread + RUN)) {
      assertTrue(run.worker().stderr().contains("(nasty)"), run.worker()::said);
      run.serve("first");
      run.serve("second");
      run.terminate();
    }
  }

  private static final String LOCKED =
      """
      import ctypes, os
      from livekit.agents import AgentServer, JobContext, cli

      library, lock, importer = ctypes.CDLL(None), ctypes.create_string_buffer(64), os.getpid()
      library.pthread_mutex_lock(lock)  # as a library's thread would that a fork leaves behind
      server = AgentServer()

      def setup(process):
          if os.getpid() != importer:
              library.pthread_mutex_lock(lock)
      server.setup_fnc = setup

      @server.rtc_session()
      async def entry(ctx: JobContext):
          await ctx.connect()
      """;

  @Test
  void app_whoseLibraryDoesNotSurviveAFork_isHintedAt_andServedWithoutForks() throws IOException {
    try (ServerUnderTest server = DevServerUnderTest.start()) {
      try (PythonRun run = PythonRun.start(folder, server, LOCKED + RUN, "--init-timeout=2s")) {
        JsonObject failed = run.worker().awaitLog("a process did not start");
        assertEquals("init-timeout", failed.string("reason"), failed::toString);
        assertTrue(failed.string("hint", "").contains("--no-fork"), failed::toString);
        run.worker().signal("TERM");
        run.worker().awaitNothingLeft(PythonRun.LONG);
      }
      try (PythonRun run = PythonRun.start(folder, server, LOCKED + RUN, "--no-fork")) {
        run.serve("first");
        assertFalse(run.worker().stderr().contains("loads the app by itself"));
        run.terminate();
      }
    }
  }
}
