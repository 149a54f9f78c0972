package io.lkagent.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.time.Time;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import livekit.LivekitAgent.Job;
import livekit.LivekitAgent.JobAssignment;
import livekit.LivekitAgent.JobStatus;
import livekit.LivekitAgent.ServerMessage;
import livekit.LivekitAgent.UpdateWorkerStatus;
import livekit.LivekitAgent.WorkerMessage;
import livekit.LivekitAgent.WorkerPing;
import livekit.LivekitAgent.WorkerStatus;
import livekit.LivekitAgentDispatch.AgentDispatch;
import livekit.LivekitModels.Room;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** What a worker sees of a server, and what the server API says: the same of both servers. */
public abstract class ServerScenarios {
  /** Longer than the real server takes from a dispatch to its request to the worker. */
  private static final Duration QUIET = Duration.ofMillis(1500);

  private static final Duration PATIENCE = Duration.ofSeconds(12);

  /** The server, shared by all scenarios; each uses names of its own. */
  protected abstract ServerUnderTest server();

  private ServerApi api() {
    return new ServerApi(server());
  }

  private static String name(TestInfo test) {
    return test.getTestMethod().orElseThrow().getName()
        + "-"
        + Long.toHexString(Time.raw().nanos());
  }

  private static void eventually(java.util.concurrent.Callable<Boolean> condition) {
    Eventually.eventually(PATIENCE, condition);
  }

  private int refusal(String token) {
    return assertThrows(RawWebSocket.UpgradeRefused.class, () -> RawWorker.connect(server(), token))
        .status();
  }

  @Test
  void connect_wrongSecret_refused401() {
    assertEquals(401, refusal(TestTokens.worker(server().key(), "another-secret-of-some-length")));
  }

  @Test
  void connect_unknownKey_refused401() {
    assertEquals(401, refusal(TestTokens.worker("nobody", server().secret())));
  }

  @Test
  void connect_noAgentGrant_refused401() {
    assertEquals(401, refusal(TestTokens.admin(server(), "any")));
  }

  @Test
  void connect_garbageOrNoToken_refused401() {
    assertEquals(401, refusal("garbage"));
    assertEquals(401, refusal(""));
  }

  @Test
  void register_answered_withWorkerIdAndServerInfo() throws Exception {
    try (RawWorker worker = RawWorker.connect(server())) {
      var answer = worker.register("names");
      assertTrue(answer.getWorkerId().startsWith("AW_"), answer.getWorkerId());
      assertEquals("1.13.5", answer.getServerInfo().getVersion());
      assertEquals(1, answer.getServerInfo().getAgentProtocol());
      assertTrue(answer.getServerInfo().getNodeId().startsWith("ND_"));
    }
  }

  @Test
  void ping_beforeAndAfterRegister_ponged() throws Exception {
    try (RawWorker worker = RawWorker.connect(server())) {
      WorkerMessage ping =
          WorkerMessage.newBuilder().setPing(WorkerPing.newBuilder().setTimestamp(42)).build();
      worker.send(ping);
      assertEquals(42, worker.next(PATIENCE).getPong().getLastTimestamp());
      worker.register("pings");
      worker.send(ping);
      assertEquals(42, worker.next(PATIENCE).getPong().getLastTimestamp());
    }
  }

  @Test
  void messageBeforeRegister_cutWithoutCloseFrame() throws Exception {
    try (RawWorker worker = RawWorker.connect(server())) {
      worker.update(WorkerStatus.WS_AVAILABLE, 0);
      assertEquals(1006, worker.awaitEnd(PATIENCE));
    }
  }

  @Test
  void secondRegister_cutWithoutCloseFrame() throws Exception {
    try (RawWorker worker = RawWorker.connect(server())) {
      worker.register("twice");
      worker.send(
          WorkerMessage.newBuilder()
              .setRegister(
                  livekit.LivekitAgent.RegisterWorkerRequest.newBuilder().setAgentName("twice"))
              .build());
      assertEquals(1006, worker.awaitEnd(PATIENCE));
    }
  }

  @Test
  void emptyMessage_cutWithoutCloseFrame() throws Exception {
    try (RawWorker worker = RawWorker.connect(server())) {
      worker.register("empty");
      worker.send(WorkerMessage.getDefaultInstance());
      assertEquals(1006, worker.awaitEnd(PATIENCE));
    }
  }

  @Test
  void unknownJobIds_ignored() throws Exception {
    try (RawWorker worker = RawWorker.connect(server())) {
      worker.register("unknown");
      worker.updateJob("AJ_nobody", JobStatus.JS_FAILED);
      worker.decline(Job.newBuilder().setId("AJ_nobody").build());
      worker.silent(Duration.ofMillis(300));
    }
  }

  @Test
  void namedDispatch_askedAssignedAndListed(TestInfo test) {
    String room = name(test);
    try (RawWorker worker = RawWorker.registered(server(), room)) {
      AgentDispatch dispatch = api().createDispatch(room, room, "the metadata");
      assertTrue(dispatch.getId().startsWith("AD_"));
      Job asked = worker.asked();
      assertEquals(dispatch.getId(), asked.getDispatchId());
      assertEquals("the metadata", asked.getMetadata());
      assertEquals(room, asked.getRoom().getName());
      assertEquals(room, asked.getAgentName());
      assertEquals(JobStatus.JS_RUNNING, asked.getState().getStatus());
      worker.accept(asked);
      JobAssignment assignment = worker.assigned();
      assertEquals(asked.getId(), assignment.getJob().getId());
      assertEquals("", assignment.getUrl());
      assertEquals(worker.identity(asked), assignment.getJob().getState().getParticipantIdentity());
      assertTrue(!assignment.getToken().isEmpty());
      eventually(() -> api().jobs(room).size() == 1);
      Job listed = api().jobs(room).getFirst();
      assertEquals(asked.getId(), listed.getId());
      assertEquals(JobStatus.JS_RUNNING, listed.getState().getStatus());
    }
  }

  @Test
  void listedJob_staysRunning_whateverBecomesOfIt(TestInfo test) {
    String room = name(test);
    try (RawWorker worker = RawWorker.registered(server(), room)) {
      api().createDispatch(room, room, "");
      Job job = worker.takeJob().getJob();
      eventually(() -> api().jobs(room).size() == 1);
      worker.updateJob(job.getId(), JobStatus.JS_SUCCESS);
    }
    Eventually.eventually(Duration.ofSeconds(2), () -> api().rooms().size() > 0);
    assertEquals(JobStatus.JS_RUNNING, api().jobs(room).getFirst().getState().getStatus());
  }

  @Test
  void dispatchToAnotherName_notAsked(TestInfo test) {
    String room = name(test);
    try (RawWorker worker = RawWorker.registered(server(), room)) {
      api().createDispatch(room, room + "-other", "");
      worker.silent(QUIET);
    }
  }

  @Test
  void emptyName_askedForEachNewRoom(TestInfo test) {
    String room = name(test);
    try (RawWorker worker = RawWorker.registered(server(), "")) {
      Room created = api().createRoom(room);
      Job job = awaitJobOf(worker, room);
      assertEquals(created.getSid(), job.getRoom().getSid());
      assertEquals("", job.getAgentName());
    }
  }

  /** An automatic worker hears of the other scenarios' rooms too. */
  private static Job awaitJobOf(RawWorker worker, String room) {
    while (true) {
      Job job = worker.asked();
      if (job.getRoom().getName().equals(room)) {
        worker.accept(job);
        ServerMessage next = worker.next(PATIENCE);
        while (next.getMessageCase() != ServerMessage.MessageCase.ASSIGNMENT) {
          worker.decline(next.getAvailability().getJob());
          next = worker.next(PATIENCE);
        }
        return next.getAssignment().getJob();
      }
      worker.decline(job);
    }
  }

  @Test
  void roomCreatedWithAgents_asked_andNoAutomaticDispatch(TestInfo test) {
    String room = name(test);
    try (RawWorker worker = RawWorker.registered(server(), room)) {
      api().createRoom(room, room);
      assertEquals("of room", worker.takeJob().getJob().getMetadata());
      assertEquals(
          List.of(room), api().dispatches(room).stream().map(AgentDispatch::getAgentName).toList());
    }
  }

  @Test
  void roomCreatedAgain_staysAsItIs(TestInfo test) {
    String room = name(test);
    Room first = api().createRoom(room);
    try (RawWorker worker = RawWorker.registered(server(), room)) {
      assertEquals(first.getSid(), api().createRoom(room, room).getSid());
      worker.silent(QUIET);
    }
  }

  @Test
  void dispatchBeforeAnyWorker_keptButNeverLaunched(TestInfo test) {
    String room = name(test);
    api().createDispatch(room, room, "");
    // The real server may still be asking around for names.
    Time.raw().sleep(server() instanceof RealLiveKit ? Duration.ofSeconds(6) : Duration.ZERO);
    try (RawWorker worker = RawWorker.registered(server(), room)) {
      worker.silent(QUIET);
    }
    assertTrue(api().dispatches(room).stream().anyMatch(one -> one.getAgentName().equals(room)));
    assertEquals(List.of(), api().jobs(room));
  }

  @Test
  void twoWorkers_theLoadedOneGetsFewer(TestInfo test) {
    String agent = name(test);
    try (RawWorker idle = RawWorker.registered(server(), agent);
        RawWorker loaded = RawWorker.registered(server(), agent)) {
      loaded.update(WorkerStatus.WS_AVAILABLE, 0.95f);
      int toIdle = 0;
      int toLoaded = 0;
      for (int i = 0; i < 20; i++) {
        api().createRoom(agent + "-" + i, agent);
      }
      while (toIdle + toLoaded < 20) {
        toIdle += answerOne(idle);
        toLoaded += answerOne(loaded);
      }
      assertTrue(toIdle > toLoaded + 5, toIdle + " to " + toLoaded);
    }
  }

  private static int answerOne(RawWorker worker) {
    ServerMessage message = worker.poll(Duration.ofMillis(20));
    if (message != null && message.hasAvailability()) {
      worker.accept(message.getAvailability().getJob());
      return 0;
    }
    return message == null ? 0 : 1;
  }

  @Test
  void loneWorkerAtTheTargetLoad_notAsked(TestInfo test) {
    String room = name(test);
    try (RawWorker worker = RawWorker.registered(server(), room)) {
      worker.update(WorkerStatus.WS_AVAILABLE, 0.7f);
      settle(worker);
      api().createDispatch(room, room, "");
      worker.silent(QUIET);
    }
  }

  @Test
  void updateWithoutLoad_setsTheLoadToZero(TestInfo test) {
    String room = name(test);
    try (RawWorker worker = RawWorker.registered(server(), room)) {
      worker.update(WorkerStatus.WS_AVAILABLE, 0.9f);
      worker.send(
          WorkerMessage.newBuilder()
              .setUpdateWorker(UpdateWorkerStatus.getDefaultInstance())
              .build());
      settle(worker);
      api().createDispatch(room, room, "");
      worker.asked();
    }
  }

  @Test
  void fullWorker_notAsked_theOtherOneIs(TestInfo test) {
    String room = name(test);
    try (RawWorker full = RawWorker.registered(server(), room);
        RawWorker free = RawWorker.registered(server(), room)) {
      full.update(WorkerStatus.WS_FULL, 0);
      settle(full);
      settle(free);
      for (int i = 0; i < 5; i++) {
        api().createDispatch(room, room, "");
        free.takeJob();
      }
      full.silent(Duration.ofMillis(300));
    }
  }

  @Test
  void onlyFullWorkers_dispatchIsLost(TestInfo test) {
    String room = name(test);
    try (RawWorker full = RawWorker.registered(server(), room)) {
      full.update(WorkerStatus.WS_FULL, 0);
      settle(full);
      api().createDispatch(room, room, "");
      full.silent(QUIET);
      full.update(WorkerStatus.WS_AVAILABLE, 0);
      full.silent(QUIET);
    }
  }

  @Test
  void decline_nextWorkerIsAsked(TestInfo test) {
    String room = name(test);
    try (RawWorker one = RawWorker.registered(server(), room);
        RawWorker other = RawWorker.registered(server(), room)) {
      api().createDispatch(room, room, "");
      RawWorker second = declineFirst(one, other);
      second.takeJob();
      eventually(() -> api().jobs(room).size() == 1);
    }
  }

  /** Lets whichever worker is asked first decline; the other one. */
  private static RawWorker declineFirst(RawWorker one, RawWorker other) {
    long deadline = Time.raw().deadline(PATIENCE);
    while (Time.raw().nanos() < deadline) {
      for (RawWorker worker : List.of(one, other)) {
        ServerMessage message = worker.poll(Duration.ofMillis(50));
        if (message != null) {
          worker.decline(message.getAvailability().getJob());
          return worker == one ? other : one;
        }
      }
    }
    throw new AssertionError("nobody was asked");
  }

  @Test
  void everybodyDeclines_dispatchIsLost(TestInfo test) {
    String room = name(test);
    try (RawWorker worker = RawWorker.registered(server(), room)) {
      api().createDispatch(room, room, "");
      worker.decline(worker.asked());
      worker.silent(QUIET);
      assertEquals(List.of(), api().jobs(room));
    }
  }

  @Test
  void terminate_nobodyElseIsAsked_andTheJobIsASuccess(TestInfo test) {
    String room = name(test);
    try (RawWorker one = RawWorker.registered(server(), room);
        RawWorker other = RawWorker.registered(server(), room)) {
      one.update(WorkerStatus.WS_AVAILABLE, 0.99f);
      other.update(WorkerStatus.WS_AVAILABLE, 0);
      settle(one);
      settle(other);
      api().createDispatch(room, room, "");
      // Whoever it is must answer within the server's 3 s.
      Duration turn = Duration.ofMillis(50);
      RawWorker asked = other;
      ServerMessage message = asked.poll(turn);
      for (long end = System.nanoTime() + PATIENCE.toNanos();
          message == null && System.nanoTime() < end; ) {
        asked = asked == other ? one : other;
        message = asked.poll(turn);
      }
      assertNotNull(message, "nobody was asked");
      asked.terminate(message.getAvailability().getJob());
      one.silent(QUIET);
      other.silent(Duration.ofMillis(100));
      eventually(() -> api().jobs(room).size() == 1);
      assertEquals(JobStatus.JS_SUCCESS, api().jobs(room).getFirst().getState().getStatus());
    }
  }

  @Test
  void noAnswer_jobIsLost_andALateYesIsIgnored(TestInfo test) {
    String room = name(test);
    try (RawWorker worker = RawWorker.registered(server(), room)) {
      api().createDispatch(room, room, "");
      Job job = worker.asked();
      worker.silent(Duration.ofMillis(3300));
      worker.accept(job);
      worker.silent(QUIET);
      assertEquals(List.of(), api().jobs(room));
    }
  }

  @Test
  void twoDispatches_twoJobs(TestInfo test) {
    String room = name(test);
    try (RawWorker worker = RawWorker.registered(server(), room)) {
      api().createDispatch(room, room, "");
      String first = worker.takeJob().getJob().getId();
      api().createDispatch(room, room, "");
      assertNotEquals(first, worker.takeJob().getJob().getId());
      eventually(() -> api().jobs(room).size() == 2);
    }
  }

  @Test
  void deleteDispatch_jobIsTerminated(TestInfo test) {
    String room = name(test);
    try (RawWorker worker = RawWorker.registered(server(), room)) {
      String dispatch = api().createDispatch(room, room, "").getId();
      String job = worker.takeJob().getJob().getId();
      api().deleteDispatch(room, dispatch);
      worker.terminated(job);
      assertTrue(api().dispatches(room).stream().noneMatch(one -> one.getId().equals(dispatch)));
    }
  }

  @Test
  void deleteDispatch_afterSuccess_noTermination(TestInfo test) {
    String room = name(test);
    try (RawWorker worker = RawWorker.registered(server(), room)) {
      String dispatch = api().createDispatch(room, room, "").getId();
      worker.updateJob(worker.takeJob().getJob().getId(), JobStatus.JS_SUCCESS);
      eventually(() -> api().jobs(room).size() == 1);
      api().deleteDispatch(room, dispatch);
      worker.silent(QUIET);
    }
  }

  @Test
  void deleteRoom_agentNotJoined_noTermination(TestInfo test) {
    String room = name(test);
    try (RawWorker worker = RawWorker.registered(server(), room)) {
      api().createRoom(room, room);
      worker.takeJob();
      api().deleteRoom(room);
      worker.silent(QUIET);
    }
  }

  @Test
  void workerDropsBeforeItsAnswer_theNextIsAsked(TestInfo test) {
    String room = name(test);
    try (RawWorker one = RawWorker.registered(server(), room);
        RawWorker other = RawWorker.registered(server(), room)) {
      api().createDispatch(room, room, "");
      RawWorker left = dropFirst(one, other);
      left.takeJob();
    }
  }

  /** Cuts whichever worker is asked first; the other one. */
  private static RawWorker dropFirst(RawWorker one, RawWorker other) {
    long deadline = Time.raw().deadline(PATIENCE);
    while (Time.raw().nanos() < deadline) {
      for (RawWorker worker : List.of(one, other)) {
        if (worker.poll(Duration.ofMillis(50)) != null) {
          worker.close();
          return worker == one ? other : one;
        }
      }
    }
    throw new AssertionError("nobody was asked");
  }

  @Test
  void workerReconnects_serverKnowsItsJobsNoMore(TestInfo test) {
    String room = name(test);
    String dispatch;
    String job;
    try (RawWorker worker = RawWorker.registered(server(), room)) {
      dispatch = api().createDispatch(room, room, "").getId();
      job = worker.takeJob().getJob().getId();
      eventually(() -> api().jobs(room).size() == 1);
    }
    try (RawWorker again = RawWorker.registered(server(), room)) {
      again.updateJob(job, JobStatus.JS_SUCCESS);
      api().deleteDispatch(room, dispatch);
      again.silent(QUIET);
    }
  }

  @Test
  void listDispatch_missingRoom_unavailable(TestInfo test) {
    ServerApi.Refused refused =
        assertThrows(ServerApi.Refused.class, () -> api().dispatches(name(test)));
    assertEquals(503, refused.status());
  }

  @Test
  void deleteRoom_missing_notFound(TestInfo test) {
    ServerApi.Refused refused =
        assertThrows(ServerApi.Refused.class, () -> api().deleteRoom(name(test)));
    assertEquals(404, refused.status());
  }

  @Test
  void roomName_of256Bytes_accepted_andOf257_refused() {
    assertEquals(256, api().createRoom("r".repeat(256)).getName().length());
    ServerApi.Refused refused =
        assertThrows(ServerApi.Refused.class, () -> api().createRoom("r".repeat(257)));
    assertEquals(400, refused.status());
  }

  @Test
  void api_withoutTheGrant_unauthenticated() {
    String token = TestTokens.of(server().key(), server().secret(), "x", Map.of("roomJoin", true));
    for (String method :
        List.of("RoomService/CreateRoom", "RoomService/ListRooms", "RoomService/DeleteRoom")) {
      assertEquals(
          401,
          api()
              .post("/twirp/livekit." + method, token, "application/protobuf", new byte[0])
              .statusCode());
    }
  }

  @Test
  void zzz_restart_forgetsRoomsAndCutsWorkers(TestInfo test) {
    String room = name(test);
    try (RawWorker worker = RawWorker.registered(server(), room)) {
      api().createRoom(room);
      server().restart();
      assertEquals(1006, worker.awaitEnd(PATIENCE));
    }
    assertTrue(api().rooms().stream().noneMatch(one -> one.getName().equals(room)));
    try (RawWorker again = RawWorker.registered(server(), room)) {
      api().createRoom(room, room);
      again.takeJob();
    }
  }

  /** Everything that the worker said before has been taken in when its pong is here. */
  private static void settle(RawWorker worker) {
    worker.send(WorkerMessage.newBuilder().setPing(WorkerPing.getDefaultInstance()).build());
    assertTrue(worker.next(PATIENCE).hasPong());
  }
}
