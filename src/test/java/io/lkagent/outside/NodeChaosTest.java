package io.lkagent.outside;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.json.JsonObject;
import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.Lkagent;
import io.lkagent.testing.NodeAppUnderTest;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.ServerUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Node app that does not end, is interrupted, loses its server, or gets many rooms at once. */
@Tag("node")
final class NodeChaosTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String APP =
      """
      import { ServerOptions, cli, defineAgent } from '@livekit/agents';
      import { fileURLToPath } from 'node:url';

      export default defineAgent({
        entry: async (ctx) => {
          await ctx.connect();
          console.log(`serving ${ctx.job.room.name}`);
          if (ctx.job.room.name === 'endless') {
            await new Promise((resolve) => setTimeout(resolve, 1_000_000));
          }
          if (ctx.job.room.name === 'blocked') {
            ctx.addShutdownCallback(async () => { for (;;); });
          }
        },
      });

      cli.runApp(new ServerOptions({ agent: fileURLToPath(import.meta.url), agentName: 'greeter', shutdownProcessTimeout: 2000 }));
      """;
  private static final String SLOW =
      "console.log('the import has begun');\nawait new Promise((end) => setTimeout(end, 1_000_000));\n";

  @TempDir Path folder = Path.of("unset");

  @BeforeEach
  void install() throws IOException {
    NodeAppUnderTest.link(folder);
    Files.writeString(folder.resolve("agent.mjs"), APP);
    Files.writeString(folder.resolve("slow.mjs"), SLOW);
  }

  @Test
  void entry_thatNeverReturns_endsAtTheDeadline_byName() throws IOException {
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker = NodeWorker.start(folder, server, "--node=agent.mjs")) {
      worker.awaitLog("a process is ready");
      ServerApi api = new ServerApi(server);
      for (String room : List.of("endless", "blocked")) {
        api.createRoom(room, "greeter");
        worker.awaitLog("serving " + room);
        api.deleteRoom(room);
        JsonObject ended = worker.awaitLog("a process ended", "room_name", room);
        assertTrue(ended.string("exit", "").contains("SIGKILL"), worker::said);
        worker.awaitLog("the job is over", "room_name", room);
      }
      api.createRoom("next", "greeter");
      worker.awaitLog("serving next");
      Lkagent.signal(worker.pid(), "KILL");
      worker.awaitNothingLeft(LONG);
    }
  }

  @Test
  void server_restarted_midCall_theNextIsServed() throws IOException {
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker = NodeWorker.start(folder, server, "--node=agent.mjs")) {
      worker.awaitLog("a process is ready");
      ServerApi api = new ServerApi(server);
      api.createRoom("before", "greeter");
      worker.awaitLog("serving before");
      server.restart();
      worker.awaitLog("a process ended", "room_name", "before");
      worker.awaitLog("registered again");
      api.createRoom("after", "greeter");
      worker.awaitLog("serving after");
      Lkagent.signal(worker.pid(), "TERM");
      api.deleteRoom("after");
      assertEquals(0, worker.awaitExit(LONG), worker::said);
      worker.awaitNothingLeft(LONG);
    }
  }

  @Test
  void burst_thenAnother_thenOneCall_allAreServed() throws IOException {
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker = NodeWorker.start(folder, server, "--node=agent.mjs", "--max-jobs=20")) {
      worker.awaitLog("a process is ready");
      ServerApi api = new ServerApi(server);
      for (List<String> rooms :
          List.of(List.of("a1", "a2", "a3"), List.of("b1", "b2", "b3"), List.of("c1"))) {
        rooms.forEach(room -> api.createRoom(room, "greeter"));
        for (String room : rooms) {
          worker.awaitLog("serving " + room);
          assertEquals(1, api.participants(room).size(), worker::said);
        }
      }
      worker.signal("KILL");
      worker.awaitNothingLeft(LONG);
    }
  }

  @Test
  void interrupt_whileTheAppIsImported_endsAtOnceAndLeavesNothing() throws IOException {
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker = NodeWorker.start(folder, server, "--node=slow.mjs")) {
      eventually(LONG, worker::said, () -> worker.stderr().contains("the import has begun"));
      worker.signal("INT");
      assertEquals(0, worker.awaitExit(LONG), worker::said);
      worker.awaitNothingLeft(LONG);
      try (var left = Files.list(folder.resolve("run"))) {
        assertEquals(
            0, left.filter(file -> file.getFileName().toString().startsWith("app-")).count());
      }
    }
  }

  @Test
  void interrupt_whilePrintConfigImportsTheApp_endsAtOnceAndLeavesNothing() {
    try (Lkagent shown =
        Lkagent.start(folder, Map.of(), "worker", "start", "--print-config", "--node=slow.mjs")) {
      eventually(LONG, shown::said, () -> shown.stderr().contains("the import has begun"));
      shown.signal("INT");
      assertEquals(130, shown.awaitExit(LONG), shown::said);
      shown.awaitNothingLeft(LONG);
    }
  }
}
