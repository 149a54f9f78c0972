package io.lkagent.outside;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.Lkagent;
import io.lkagent.testing.PythonTools;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.ServerUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An app of LiveKit's Python framework by the command line alone. */
@Tag("python")
final class PythonAppTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String APP =
      """
      from livekit.agents import AgentServer, JobContext, JobRequest, WorkerPermissions, cli

      server = AgentServer(
          permissions=WorkerPermissions(can_publish_data=False), shutdown_process_timeout=7.0)

      async def request(req: JobRequest):
          if req.room.name == "unwanted":
              await req.reject()
          else:
              await req.accept(name="Ann", identity="ann", attributes={"k": "v"})

      @server.rtc_session(agent_name="greeter", on_request=request)
      async def entry(ctx: JobContext):
          print("the entry point runs")
          await ctx.connect()

      if __name__ == "__main__":
          cli.run_app(server)
      """;

  private static final String SLOW = "import time\nopen('begun', 'w').close()\ntime.sleep(1000)\n";

  @TempDir Path folder = Path.of("unset");

  @Test
  void app_itsRequestFunction_decidesWhoJoinsWhere() throws IOException {
    Files.writeString(folder.resolve("app.py"), APP);
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker =
            Lkagent.start(
                folder,
                Lkagent.keys(server),
                "worker",
                "start",
                "--python",
                "--port=0",
                "--interpreter",
                PythonTools.python().toString(),
                "--idle-processes=1",
                "--log-format=json")) {
      worker.awaitLog("registered");
      ServerApi api = new ServerApi(server);
      api.createRoom("unwanted", "greeter");
      worker.awaitLog("refused a job", "reason", "app-said-no");
      api.createRoom("wanted", "greeter");
      worker.awaitLog("the agent runs", "room_name", "wanted");
      eventually(
          LONG,
          () -> "nobody joined: " + worker.said(),
          () -> api.participants("wanted").stream().anyMatch(p -> p.getIdentity().equals("ann")));
      api.deleteRoom("wanted");
      worker.awaitLog("the job is over", "room_name", "wanted");
      Lkagent.signal(worker.pid(), "TERM");
      assertEquals(0, worker.awaitExit(LONG), worker::said);
      worker.awaitNothingLeft(LONG);
    }
  }

  /** Neither import ends before the other has begun. */
  @Test
  void apps_ofTwoWorkers_areLoadedAtOnce() throws IOException {
    for (String[] pair : new String[][] {{"web", "phone"}, {"phone", "web"}}) {
      Files.writeString(
          folder.resolve(pair[0] + ".py"),
          "import os, time\nopen('%s.here', 'w').close()\n".formatted(pair[0])
              + "while not os.path.exists('%s.here'): time.sleep(0.05)\n".formatted(pair[1])
              + APP);
    }
    Files.writeString(
        folder.resolve("lkagent.yaml"),
        "port: 0\nidle-processes: 1\ninterpreter: %s\n".formatted(PythonTools.python())
            + "workers:\n  web:\n    python: web.py\n  phone:\n    python: phone.py\n");
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker =
            Lkagent.start(folder, Lkagent.keys(server), "worker", "start", "--log-format=json")) {
      eventually(LONG, worker::said, () -> worker.stderr().split("\"registered\"", -1).length == 3);
      Lkagent.signal(worker.pid(), "TERM");
      assertEquals(0, worker.awaitExit(LONG), worker::said);
      worker.awaitNothingLeft(LONG);
    }
  }

  /** One that never comes to an end of its import does not keep what is wrong with the other. */
  @Test
  void apps_oneOfThemBroken_isSaidAtOnce() throws IOException {
    Files.writeString(folder.resolve("slow.py"), SLOW);
    Files.writeString(
        folder.resolve("broken.py"),
        "import os, time\nwhile not os.path.exists('begun'): time.sleep(0.05)\n1 / 0\n");
    Files.writeString(
        folder.resolve("lkagent.yaml"),
        "port: 0\ninterpreter: %s\nworkers:\n  a:\n    python: slow.py\n  b:\n    python: broken.py\n"
            .formatted(PythonTools.python()));
    for (String more : List.of("--log-format=json", "--print-config")) {
      Files.deleteIfExists(folder.resolve("begun"));
      try (ServerUnderTest server = DevServerUnderTest.start();
          Lkagent worker = Lkagent.start(folder, Lkagent.keys(server), "worker", "start", more)) {
        assertEquals(2, worker.awaitExit(LONG), worker::said);
        assertTrue(worker.stderr().contains("ZeroDivisionError"), worker::said);
        worker.awaitNothingLeft(LONG);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "TERM, --log-format=json, 0",
    "INT, --log-format=json, 0",
    "INT, --print-config, 130"
  })
  void stop_whileAnAppIsLoaded_endsAtOnceAndLeavesNothing(String signal, String more, int code)
      throws IOException {
    Files.writeString(folder.resolve("slow.py"), SLOW);
    Path runtime = folder.resolve("run");
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker =
            Lkagent.start(
                folder,
                Lkagent.keys(server),
                "worker",
                "start",
                "--port=0",
                more,
                "--python=slow.py",
                "--runtime-dir=" + runtime,
                "--interpreter=" + PythonTools.python())) {
      eventually(LONG, worker::said, () -> Files.exists(folder.resolve("begun")));
      worker.signal(signal);
      assertEquals(code, worker.awaitExit(LONG), worker::said);
      worker.awaitNothingLeft(LONG);
      try (var left = Files.list(runtime)) {
        assertEquals(
            0, left.filter(file -> file.getFileName().toString().startsWith("app-")).count());
      }
    }
  }

  @Test
  void printConfig_loadsTheAppAndNamesItAsASource() throws IOException {
    Files.writeString(folder.resolve("main.py"), APP);
    String[] arguments = {
      "worker",
      "start",
      "--print-config",
      "--python",
      "--interpreter",
      PythonTools.python().toString()
    };
    try (Lkagent shown = Lkagent.start(folder, Map.of(), arguments)) {
      assertEquals(0, shown.awaitExit(LONG), shown::said);
      String table = shown.stdout().replaceAll(" +", " ");
      assertTrue(table.contains("--agent-name greeter main.py\n"), table);
      assertTrue(table.contains("--shutdown-timeout 7s main.py\n"), table);
      assertTrue(table.contains("(permissions) publish subscribe update-metadata main.py"), table);
      shown.awaitNothingLeft(LONG);
    }
  }

  @Test
  void app_thatRaisesAtImport_isShownAboveOneLine() throws IOException {
    Files.writeString(folder.resolve("broken.py"), "import livekit.agents\n\n1 / 0\n");
    String[] arguments = {
      "worker",
      "start",
      "--dev",
      "--url=ws://127.0.0.1:0",
      "--python=broken.py",
      "--interpreter",
      PythonTools.python().toString()
    };
    try (Lkagent broken = Lkagent.start(folder, Map.of(), arguments)) {
      assertEquals(2, broken.awaitExit(LONG), broken::said);
      String said = broken.stderr();
      assertTrue(said.contains("broken.py\", line 3"), said);
      String last = said.lines().reduce("", (_, line) -> line);
      assertTrue(last.startsWith("lkagent: ") && last.contains("ZeroDivisionError"), said);
      broken.awaitNothingLeft(LONG);
    }
  }
}
