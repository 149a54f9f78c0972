package io.lkagent.devserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.json.Json;
import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.Eventually;
import io.lkagent.testing.RawParticipant;
import io.lkagent.testing.RawWebSocket;
import io.lkagent.testing.RawWorker;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.TestTokens;
import io.lkagent.time.Time;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import livekit.LivekitAgent.ServerMessage;
import livekit.LivekitAgent.SimulateJobRequest;
import livekit.LivekitAgent.WorkerMessage;
import livekit.LivekitModels.Room;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the dev server does on demand, its start and end, and what only it can be asked. */
final class DevServerFaultsTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private final DevServerUnderTest server = DevServerUnderTest.start();
  private final ServerApi api = new ServerApi(server);
  private final Faults faults = server.devServer().faults();

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpResponse<byte[]> fault(String token, @Nullable Object... asked) {
    byte[] body = Json.write(Json.object(asked)).getBytes(StandardCharsets.UTF_8);
    return api.post("/dev/faults", token, "application/json", body);
  }

  @Test
  void faultsOverHttp_needAGrantAndKnownNames() {
    assertEquals(401, fault("", "cut_workers", true).statusCode());
    String admin = TestTokens.admin(server, "");
    assertEquals(400, fault(admin, "cut_wrokers", true).statusCode());
    assertEquals(400, fault(admin, "cut_workers", "yes").statusCode());
    try (RawWorker worker = RawWorker.registered(server, "a")) {
      HttpResponse<byte[]> answer = fault(admin, "cut_workers", true);
      assertEquals("{\"workers_cut\":1}", new String(answer.body(), StandardCharsets.UTF_8));
      assertEquals(1006, worker.awaitEnd(SOON));
    }
  }

  @Test
  void dropReplies_knowsTheMethodsOfTheServerApiAndNoOther() {
    String admin = TestTokens.admin(server, "");
    assertEquals(
        400, fault(admin, "drop_replies", Json.object("method", "CreateDispach")).statusCode());
    byte[] empty = "{}".getBytes(StandardCharsets.UTF_8);
    for (String method : Faults.METHODS) {
      String service = method.contains("Dispatch") ? "AgentDispatchService/" : "RoomService/";
      assertEquals(
          401,
          api.post("/twirp/livekit." + service + method, "", "application/json", empty)
              .statusCode(),
          method);
    }
  }

  @Test
  void restartOverHttp_answersFirst_thenForgets() {
    api.createRoom("room");
    try (RawWorker worker = RawWorker.registered(server, "a")) {
      assertEquals(200, fault(TestTokens.admin(server, ""), "restart", true).statusCode());
      assertEquals(1006, worker.awaitEnd(SOON));
    }
    Eventually.eventually(
        SOON,
        () -> {
          try {
            return api.rooms().isEmpty();
          } catch (AssertionError e) {
            return false;
          }
        });
  }

  @Test
  void dropReplies_doesTheWork_andCutsTheConnection() {
    faults.dropReplies("CreateRoom", 1);
    assertThrows(AssertionError.class, () -> api.createRoom("room"));
    assertEquals(1, api.rooms().size());
    api.createRoom("another");
  }

  @Test
  void refuseUpgrades_503UntilCleared() throws Exception {
    faults.refuseUpgrades(true);
    assertEquals(
        503,
        assertThrows(RawWebSocket.UpgradeRefused.class, () -> RawWorker.connect(server)).status());
    faults.clear();
    RawWorker.connect(server).close();
  }

  @Test
  void delays_holdAnswersAndMessagesBack() {
    try (RawWorker worker = RawWorker.registered(server, "a")) {
      faults.delayAnswers(Duration.ofMillis(300));
      long start = Time.raw().nanos();
      api.createDispatch("room", "a", "");
      assertTrue(Time.raw().nanos() - start >= 300_000_000L);
      worker.takeJob();
      faults.delayAnswers(Duration.ZERO);
      faults.delayWorkerMessages(Duration.ofMillis(300));
      start = Time.raw().nanos();
      api.createDispatch("room", "a", "");
      worker.asked();
      assertTrue(Time.raw().nanos() - start >= 300_000_000L);
    }
  }

  @Test
  void forgetWorkers_connectionStays_butNoJobsCome() {
    try (RawWorker worker = RawWorker.registered(server, "a")) {
      assertEquals(1, faults.forgetWorkers());
      api.createDispatch("room", "a", "");
      worker.silent(Duration.ofMillis(200));
    }
  }

  @Test
  void cutParticipants_dropsWithoutCloseFrame() {
    try (RawParticipant ann = RawParticipant.join(server, "room", "ann")) {
      assertEquals(1, faults.cutParticipants());
      assertEquals(1006, ann.ended());
    }
  }

  @Test
  void start_portTaken_saysSo() {
    DevServerConfig taken =
        DevServerConfig.defaults().withAddress("127.0.0.1", server.devServer().port());
    DevServerStartException e =
        assertThrows(DevServerStartException.class, () -> DevServer.start(taken));
    assertTrue(String.valueOf(e.getMessage()).contains("cannot listen on 127.0.0.1:"));
  }

  @Test
  void config_toString_hidesTheSecret() {
    assertFalse(
        DevServerConfig.defaults().withKey("k", "hush-hush").toString().contains("hush-hush"));
  }

  @Test
  void serverInfo_tellsTheDevServer() throws Exception {
    try (RawWorker worker = RawWorker.connect(server)) {
      assertEquals(DevServer.DEBUG_INFO, worker.register("a").getServerInfo().getDebugInfo());
    }
  }

  @Test
  void workerInJson_answeredInJson() throws Exception {
    try (RawWebSocket socket =
        RawWebSocket.connect(
            server.url() + "/agent", TestTokens.worker(server.key(), server.secret()))) {
      socket.send("{\"register\":{\"type\":\"JT_ROOM\",\"agentName\":\"json\"}}");
      assertTrue(
          socket.next(SOON) instanceof RawWebSocket.Frame.Text(String text)
              && text.contains("\"workerId\":\"AW_"));
    }
  }

  @Test
  void simulateJob_asksTheSameWorker() {
    try (RawWorker worker = RawWorker.registered(server, "a")) {
      worker.send(
          WorkerMessage.newBuilder()
              .setSimulateJob(
                  SimulateJobRequest.newBuilder().setRoom(Room.newBuilder().setName("sim")))
              .build());
      assertEquals("sim", worker.takeJob().getJob().getRoom().getName());
    }
  }

  @Test
  void api_inJson_asTheRealServerSpeaksIt() {
    String admin = TestTokens.admin(server, "room");
    byte[] body =
        "{\"room\":\"room\",\"agentName\":\"a\",\"news\":1}".getBytes(StandardCharsets.UTF_8);
    HttpResponse<byte[]> answer =
        api.post(
            "/twirp/livekit.AgentDispatchService/CreateDispatch", admin, "application/json", body);
    String text = new String(answer.body(), StandardCharsets.UTF_8);
    assertEquals(200, answer.statusCode(), text);
    assertTrue(text.contains("\"agent_name\":\"a\""), text);
    assertTrue(text.contains("\"restart_policy\":\"JRP_ON_FAILURE\""), text);
    assertTrue(text.contains("\"jobs\":[]"), text);
  }

  @Test
  void api_badRequests_answeredWithTwirpErrors() {
    String admin = TestTokens.admin(server, "room");
    byte[] junk = "{".getBytes(StandardCharsets.UTF_8);
    String create = "/twirp/livekit.RoomService/CreateRoom";
    assertEquals(400, refusal(create, admin, "application/json", junk));
    assertEquals(404, refusal(create, admin, "text/plain", junk));
    assertEquals(404, refusal("/twirp/livekit.RoomService/Nope", admin, "application/json", junk));
    assertEquals(401, refusal(create, "garbage", "application/json", junk));
    assertEquals(413, refusal(create, admin, "application/protobuf", new byte[(10 << 20) + 1]));
  }

  private int refusal(String path, String token, String contentType, byte[] body) {
    return api.post(path, token, contentType, body).statusCode();
  }

  @Test
  void manyWorkersAndRooms_allServed() throws Exception {
    List<RawWorker> workers = new ArrayList<>();
    List<Future<Integer>> serving = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 100; i++) {
        RawWorker worker = RawWorker.registered(server, "agent-" + i);
        workers.add(worker);
        serving.add(threads.submit(() -> takeTen(worker)));
      }
      for (int i = 0; i < 1000; i++) {
        api.createRoom("room-" + i, "agent-" + i % 100);
      }
      assertEquals(1000, api.rooms().size());
      for (Future<Integer> served : serving) {
        assertEquals(10, served.get(60, TimeUnit.SECONDS));
      }
    } finally {
      workers.forEach(RawWorker::close);
    }
  }

  private static int takeTen(RawWorker worker) {
    int jobs = 0;
    while (jobs < 10) {
      ServerMessage message = worker.next(Duration.ofSeconds(30));
      if (message.hasAvailability()) {
        worker.accept(message.getAvailability().getJob());
      } else {
        jobs++;
      }
    }
    return jobs;
  }

  @Test
  void copyServerDelays_dispatchTakes200ms() {
    try (DevServerUnderTest slow =
            new DevServerUnderTest(DevServerConfig.defaults().withCopyServerDelays(true));
        RawWorker worker = RawWorker.registered(slow, "a")) {
      ServerApi slowApi = new ServerApi(slow);
      long start = Time.raw().nanos();
      slowApi.createDispatch("room", "a", "");
      worker.takeJob();
      assertTrue(Time.raw().nanos() - start >= 200_000_000L);
      assertEquals(List.of(), slowApi.jobs("room"));
      Eventually.eventually(Duration.ofSeconds(8), () -> slowApi.jobs("room").size() == 1);
      assertTrue(Time.raw().nanos() - start >= 5_000_000_000L);
    }
  }
}
