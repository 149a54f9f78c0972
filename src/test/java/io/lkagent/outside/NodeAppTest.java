package io.lkagent.outside;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.json.JsonObject;
import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.Lkagent;
import io.lkagent.testing.NodeAppUnderTest;
import io.lkagent.testing.Proc;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.ServerUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An app of LiveKit's Node framework by the command line alone. */
@Tag("node")
final class NodeAppTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String APP =
      """
      import { ServerOptions, WorkerPermissions, cli, defineAgent } from '@livekit/agents';
      import { fileURLToPath } from 'node:url';

      export default defineAgent({
        entry: async (ctx) => {
          console.log('the entry point runs');
          if (ctx.job.room.name === 'exits') {
            process.exit(3);
          }
          if (ctx.job.room.name === 'stays') {
            ctx.addShutdownCallback(() => new Promise(() => {}));
          }
          ctx.addShutdownCallback(async () => console.log('goodbye'));
          await ctx.connect();
        },
      });

      cli.runApp(new ServerOptions({
        agent: fileURLToPath(import.meta.url),
        agentName: 'greeter',
        shutdownProcessTimeout: 2000,
        permissions: new WorkerPermissions(true, true, false),
        requestFunc: async (request) => {
          if (request.room.name === 'unwanted') {
            await request.reject();
          } else {
            await request.accept('Ann', 'ann', '', { k: 'v' });
          }
        },
      }));
      """;

  @TempDir Path folder = Path.of("unset");

  @BeforeEach
  void install() throws IOException {
    NodeAppUnderTest.link(folder);
  }

  private Lkagent worker(ServerUnderTest server) {
    return NodeWorker.start(folder, server, "--node");
  }

  @Test
  void app_itsRequestFunction_decidesWhoJoinsWhere() throws IOException {
    Files.writeString(folder.resolve("agent.mjs"), APP);
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker = worker(server)) {
      worker.awaitLog("registered");
      ServerApi api = new ServerApi(server);
      api.createRoom("unwanted", "greeter");
      worker.awaitLog("refused a job", "reason", "app-said-no");
      api.createRoom("wanted", "greeter");
      worker.awaitLog("the agent runs", "room_name", "wanted");
      worker.awaitLog("the entry point runs");
      eventually(
          LONG,
          () -> "nobody joined: " + worker.said(),
          () ->
              api.participants("wanted").stream()
                  .anyMatch(p ->
                      p.getIdentity().equals("ann")
                          && "greeter".equals(p.getAttributesMap().get("lk.agent.name"))));
      api.deleteRoom("wanted");
      worker.awaitLog("the job is over", "room_name", "wanted");
      worker.awaitLog("goodbye");
      Lkagent.signal(worker.pid(), "TERM");
      assertEquals(0, worker.awaitExit(LONG), worker::said);
      worker.awaitNothingLeft(LONG);
    }
  }

  @Test
  void app_thatEndsInWaysOfItsOwn_isNamedAndReplaced() throws IOException {
    Files.writeString(folder.resolve("agent.mjs"), APP);
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker = worker(server)) {
      worker.awaitLog("registered");
      ServerApi api = new ServerApi(server);
      api.createRoom("exits", "greeter");
      JsonObject exited = worker.awaitLog("a process failed", "room_name", "exits");
      assertEquals("exit code 3", exited.string("exit", ""), worker::said);
      api.createRoom("killed", "greeter");
      JsonObject runs = worker.awaitLog("the agent runs", "room_name", "killed");
      Lkagent.signal(Math.round(runs.real("pid", 0)), "KILL");
      JsonObject killed = worker.awaitLog("a process failed", "room_name", "killed");
      assertTrue(killed.string("exit", "").contains("SIGKILL"), worker::said);
      api.createRoom("stays", "greeter");
      worker.awaitLog("the agent runs", "room_name", "stays");
      eventually(LONG, worker::said, () -> !api.participants("stays").isEmpty());
      api.deleteRoom("stays");
      JsonObject stuck = worker.awaitLog("a process ended", "room_name", "stays");
      assertTrue(stuck.string("exit", "").contains("SIGKILL"), worker::said);
      Lkagent.signal(worker.pid(), "KILL");
      worker.awaitNothingLeft(LONG);
    }
  }

  @Test
  void host_thatIsKilled_isReplaced_andTheCallGoesOn() throws IOException {
    Files.writeString(folder.resolve("agent.mjs"), APP);
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker = worker(server)) {
      worker.awaitLog("registered");
      ServerApi api = new ServerApi(server);
      api.createRoom("first", "greeter");
      worker.awaitLog("the agent runs", "room_name", "first");
      long host = host(worker);
      Lkagent.signal(host, "KILL");
      worker.awaitLog("the app's host is back");
      api.createRoom("second", "greeter");
      worker.awaitLog("the agent runs", "room_name", "second");
      assertEquals(1, api.participants("first").size(), worker::said);
      Lkagent.signal(worker.pid(), "KILL");
      worker.awaitNothingLeft(LONG);
    }
  }

  /** Its process that has the app loaded to answer for it, or 0. */
  private static long host(Lkagent worker) {
    return worker.everyProcess().stream()
        .filter(pid -> Proc.commandLine(pid).contains(".mjs host "))
        .findFirst()
        .orElse(0L);
  }

  @Test
  void printConfig_loadsTheAppAndNamesItAsASource() throws IOException {
    Files.writeString(folder.resolve("main.mjs"), APP);
    try (Lkagent shown =
        Lkagent.start(folder, Map.of(), "worker", "start", "--print-config", "--node")) {
      assertEquals(0, shown.awaitExit(LONG), shown::said);
      String table = shown.stdout().replaceAll(" +", " ");
      assertTrue(table.contains("--agent-name greeter main.mjs\n"), table);
      assertTrue(table.contains("--shutdown-timeout 2s main.mjs\n"), table);
      assertTrue(table.contains("(permissions) publish subscribe update-metadata main.mjs"), table);
      shown.awaitNothingLeft(LONG);
    }
  }

  @Test
  void app_thatThrowsAtImport_isShownAboveOneLine() throws IOException {
    Files.writeString(folder.resolve("broken.mjs"), "\n\nthrow new RangeError('too far');\n");
    try (Lkagent broken =
        Lkagent.start(
            folder,
            Map.of(),
            "worker",
            "start",
            "--dev",
            "--url=ws://127.0.0.1:0",
            "--node=broken.mjs")) {
      assertEquals(2, broken.awaitExit(LONG), broken::said);
      String said = broken.stderr();
      assertTrue(said.contains("broken.mjs:3"), said);
      String last = said.lines().reduce("", (_, line) -> line);
      assertTrue(last.startsWith("lkagent: ") && last.contains("too far"), said);
      broken.awaitNothingLeft(LONG);
    }
  }
}
