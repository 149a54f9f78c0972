package io.lkagent.outside;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lkagent.json.JsonObject;
import io.lkagent.testing.Lkagent;
import io.lkagent.testing.NodeAppUnderTest;
import io.lkagent.testing.Proc;
import io.lkagent.testing.RealLiveKit;
import io.lkagent.testing.ServerApi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** The real server restarts while a Node app has a call. */
@Tag("livekit")
@Tag("node")
@Isolated("a dispatch that is answered late is lost, on the real server")
final class NodeServerRestartTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String APP =
      """
      import { ServerOptions, cli, defineAgent } from '@livekit/agents';
      import { fileURLToPath } from 'node:url';

      export default defineAgent({
        entry: async (ctx) => {
          await ctx.connect();
          console.log(`connected ${ctx.job.room.name}`);
        },
      });

      cli.runApp(new ServerOptions({ agent: fileURLToPath(import.meta.url), agentName: 'greeter' }));
      """;

  @TempDir Path folder = Path.of("unset");

  @BeforeEach
  void install() throws IOException {
    NodeAppUnderTest.link(folder);
    Files.writeString(folder.resolve("agent.mjs"), APP);
  }

  /** The call goes on in the new server's room, or it ends; what it must not do is hang. */
  @Test
  void serverRestarted_duringACall_theCallIsThereAgainOrEnds_andTheNextIsServed() throws Exception {
    try (RealLiveKit server = RealLiveKit.start();
        Lkagent worker = NodeWorker.start(folder, server, "--node=agent.mjs")) {
      ServerApi api = new ServerApi(server);
      worker.awaitLog("a process is ready");
      api.createRoom("call", "greeter");
      worker.awaitLog("connected call");
      JsonObject runs = worker.awaitLog("the agent runs", "room_name", "call");
      long call = runs.number("pid");
      server.restart();
      worker.awaitLog("registered again");
      api.createRoom("next", "greeter");
      worker.awaitLog("connected next");
      eventually(
          LONG,
          () -> "neither back nor over" + worker.said(),
          () -> !Proc.all().contains(call) || isThere(api));
      api.deleteRoom("next");
      worker.awaitLog("the job is over", "room_name", "next");
      worker.signal("TERM");
      if (isThere(api)) {
        api.deleteRoom("call");
      }
      assertEquals(0, worker.awaitExit(LONG), worker::said);
      worker.awaitNothingLeft(LONG);
    }
  }

  private static boolean isThere(ServerApi api) {
    return api.rooms().stream().anyMatch(room -> room.getName().equals("call"))
        && !api.participants("call").isEmpty();
  }
}
