package io.lkagent.worker;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lkagent.api.AgentRequest;
import io.lkagent.api.Credentials;
import io.lkagent.api.LiveKitApi;
import io.lkagent.protocol.Endpoint;
import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.ServerUnderTest;
import io.lkagent.testing.WorkerUnderTest;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The worker with real job processes on the dev server. */
final class WorkerOnDevServerTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  @Test
  void rooms_withTheirAgent_getOneProcessEachAndGiveItBack() throws Exception {
    try (ServerUnderTest server = DevServerUnderTest.start();
        WorkerUnderTest worker = WorkerUnderTest.start(server, s -> s).awaitRegistered();
        LiveKitApi api = api(server)) {
      worker.awaitIdle(2);
      for (String room : List.of("a", "b", "c")) {
        create(api, room);
      }
      worker.awaitRunning(3);
      assertEquals(
          3, worker.running().stream().map(ProcessRow::pid).collect(Collectors.toSet()).size());
      eventually(SOON, () -> api.participants("a").size() == 1);
      for (String room : List.of("a", "b", "c")) {
        api.deleteRoom(room);
      }
      worker.awaitRunning(0);
      eventually(
          SOON,
          () -> "ended: " + worker.ended() + " of " + worker.news(),
          () -> worker.ended().stream().filter(row -> !row.room().isEmpty()).count() == 3);
    }
  }

  @Test
  void drain_withARunningJob_finishesItAndEnds() throws Exception {
    try (ServerUnderTest server = DevServerUnderTest.start();
        WorkerUnderTest worker = WorkerUnderTest.start(server, s -> s).awaitRegistered();
        LiveKitApi api = api(server)) {
      create(api, "a");
      worker.awaitRunning(1);
      worker.worker().drain();
      eventually(SOON, () -> worker.told(WorkerNews.Draining.class));
      assertEquals(1, worker.running().size());
      api.deleteRoom("a");
      assertEquals(new WorkerEnd.Stopped(0, 0), worker.awaitEnd());
    }
  }

  private static LiveKitApi api(ServerUnderTest server) throws Exception {
    return new LiveKitApi(
        Endpoint.of(server.url()),
        Credentials.of(server.key(), server.secret()),
        Duration.ofSeconds(5));
  }

  private static void create(LiveKitApi api, String room) throws Exception {
    api.createRoom(
        room, "", Duration.ZERO, Duration.ZERO, List.of(new AgentRequest("test-agent", "")));
  }
}
