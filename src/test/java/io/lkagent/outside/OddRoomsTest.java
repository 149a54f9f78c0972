package io.lkagent.outside;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.Lkagent;
import io.lkagent.testing.RealLiveKit;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.ServerUnderTest;
import io.lkagent.testing.TriedAgain;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Rooms with names that break things, served by the built-in agent. */
@Isolated("a dispatch that is answered late is lost, on the real server")
final class OddRoomsTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir Path folder;

  @Test
  void rooms_onTheDevServer_areServedWhateverTheirName() {
    try (ServerUnderTest server = DevServerUnderTest.start()) {
      areServed(server, "m".repeat(1_000_000));
    }
  }

  @Test
  @Tag("livekit")
  @ExtendWith(TriedAgain.class)
  void rooms_onTheRealServer_areServedWhateverTheirName() {
    try (ServerUnderTest server = RealLiveKit.start()) {
      areServed(server, "m".repeat(1_000));
    }
  }

  private void areServed(ServerUnderTest server, String metadata) {
    try (Lkagent worker = Lkagent.worker(folder, server, Map.of())) {
      worker.awaitLog("registered");
      ServerApi api = new ServerApi(server);
      String tooLong = "n".repeat(257);
      assertThrows(ServerApi.Refused.class, () -> api.createRoom(tooLong, "outside"));
      // What the server refuses as a room, it takes as a dispatch.
      api.createDispatch(tooLong, "outside", metadata);
      worker.awaitLog("assigned", "room_name", tooLong);
      api.deleteRoom(tooLong);
      for (String room : List.of("n".repeat(256), "комната-部屋-🚪", "two\nlines\" \u2028\\")) {
        api.createDispatch(room, "outside", metadata);
        worker.awaitLog("the agent runs", "room_name", room);
        api.deleteRoom(room);
        worker.awaitLog("the job is over", "room_name", room);
      }
      eventually(SOON, worker::said, () -> worker.status("/") == 200);
      worker.signal("TERM");
      assertEquals(0, worker.awaitExit(), worker::said);
      worker.awaitNothingLeft(SOON);
    }
  }
}
