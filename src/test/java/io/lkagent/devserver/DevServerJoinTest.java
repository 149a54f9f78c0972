package io.lkagent.devserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.Eventually;
import io.lkagent.testing.RawParticipant;
import io.lkagent.testing.RawWebSocket;
import io.lkagent.testing.RawWorker;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.TestTokens;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import livekit.LivekitAgent.Job;
import livekit.LivekitAgent.JobAssignment;
import livekit.LivekitAgent.JobStatus;
import livekit.LivekitAgent.JobType;
import livekit.LivekitAgent.RegisterWorkerRequest;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitRoom.CreateRoomRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Participants on {@code /dev/join}, and what their coming and going does to jobs and rooms. */
final class DevServerJoinTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private final DevServerUnderTest server = DevServerUnderTest.start();
  private final ServerApi api = new ServerApi(server);

  @AfterEach
  void stop() {
    server.close();
  }

  private int refusal(String token) {
    return assertThrows(
            RawWebSocket.UpgradeRefused.class,
            () -> RawWebSocket.connect(server.url() + "/dev/join", token))
        .status();
  }

  @Test
  void join_withoutGrantOrToken_refused401() {
    assertEquals(401, refusal(""));
    assertEquals(401, refusal("garbage"));
    assertEquals(401, refusal(TestTokens.worker(server.key(), server.secret())));
  }

  @Test
  void join_tokenInTheQuery_accepted() throws Exception {
    String token = TestTokens.participant(server, "room", "ann");
    try (RawWebSocket socket =
        RawWebSocket.connect(server.url() + "/dev/join?access_token=" + token, "")) {
      assertTrue(socket.next(SOON) instanceof RawWebSocket.Frame.Text);
    }
  }

  @Test
  void join_createsRoom_andOthersSeeComingAndGoing() {
    try (RawParticipant ann = RawParticipant.join(server, "room", "ann")) {
      assertEquals("room", ann.joined().object("room").string("name"));
      assertEquals(api.rooms().getFirst().getSid(), ann.joined().object("room").string("sid"));
      try (RawParticipant bob = RawParticipant.join(server, "room", "bob")) {
        assertEquals(
            "bob", ann.expect("participant_joined").object("participant").string("identity"));
        assertTrue(
            bob.joined().values().get("participants") instanceof List<?> list && list.size() == 1);
        assertEquals(2, api.rooms().getFirst().getNumParticipants());
        assertEquals(2, api.participants("room").size());
      }
      assertEquals("bob", ann.expect("participant_left").object("participant").string("identity"));
    }
    Eventually.eventually(SOON, () -> api.participants("room").isEmpty());
  }

  @Test
  void leave_saidOrClosed_endsTheConnectionNormally() {
    RawParticipant ann = RawParticipant.join(server, "room", "ann");
    ann.say("type", "leave");
    assertEquals(1000, ann.ended());
    RawParticipant bob = RawParticipant.join(server, "room", "bob");
    bob.socket().closeNormally();
    Eventually.eventually(SOON, () -> api.participants("room").isEmpty());
  }

  @Test
  void data_reachesTheOthersOnly() {
    try (RawParticipant ann = RawParticipant.join(server, "room", "ann");
        RawParticipant bob = RawParticipant.join(server, "room", "bob")) {
      ann.expect("participant_joined");
      bob.say("type", "data", "payload", "grüß\n", "topic", "t");
      var data = ann.expect("data");
      assertEquals("bob", data.string("from"));
      assertEquals("grüß\n", data.string("payload"));
      assertEquals("t", data.string("topic"));
      bob.say("type", "nonsense");
      bob.expect("error");
    }
  }

  @Test
  void sameIdentity_replacesTheFirst() {
    try (RawParticipant first = RawParticipant.join(server, "room", "ann");
        RawParticipant second = RawParticipant.join(server, "room", "ann")) {
      first.expect("removed");
      assertEquals(1000, first.ended());
      assertEquals(1, api.participants("room").size());
      assertNotEquals(
          first.joined().object("participant").string("sid"),
          second.joined().object("participant").string("sid"));
    }
  }

  @Test
  void removeParticipant_closesItsConnection() {
    try (RawParticipant ann = RawParticipant.join(server, "room", "ann")) {
      api.removeParticipant("room", "ann");
      ann.expect("removed");
      assertEquals(1000, ann.ended());
    }
  }

  @Test
  void deleteRoom_closesEverybody_andANewRoomHasAnotherSid() {
    try (RawParticipant ann = RawParticipant.join(server, "room", "ann")) {
      String sid = api.rooms().getFirst().getSid();
      api.deleteRoom("room");
      ann.expect("room_closed");
      assertEquals(1000, ann.ended());
      assertNotEquals(sid, api.createRoom("room").getSid());
    }
  }

  @Test
  void agent_joinsAsAgent_isNotCounted_andItsLeaveTerminatesTheJob() {
    try (RawWorker worker = RawWorker.registered(server, "a")) {
      api.createRoom("room", "a");
      JobAssignment assignment = worker.takeJob();
      try (RawParticipant agent = RawParticipant.join(server, assignment.getToken())) {
        ParticipantInfo info = api.participants("room").getFirst();
        assertEquals(ParticipantInfo.Kind.AGENT, info.getKind());
        assertEquals("a", info.getAttributesOrThrow("lk.agent_name"));
        assertEquals("AGENT", agent.joined().object("participant").string("kind"));
        assertEquals(0, api.rooms().getFirst().getNumParticipants());
      }
      worker.terminated(assignment.getJob().getId());
    }
  }

  @Test
  void agentLeaves_afterSuccess_noTermination() {
    try (RawWorker worker = RawWorker.registered(server, "a")) {
      api.createRoom("room", "a");
      JobAssignment assignment = worker.takeJob();
      RawParticipant agent = RawParticipant.join(server, assignment.getToken());
      worker.updateJob(assignment.getJob().getId(), JobStatus.JS_SUCCESS);
      Eventually.eventually(SOON, () -> settled(worker));
      agent.close();
      Eventually.eventually(SOON, () -> api.participants("room").isEmpty());
      worker.silent(Duration.ofMillis(200));
    }
  }

  private static boolean settled(RawWorker worker) {
    worker.send(
        livekit.LivekitAgent.WorkerMessage.newBuilder()
            .setPing(livekit.LivekitAgent.WorkerPing.getDefaultInstance())
            .build());
    return worker.next(SOON).hasPong();
  }

  @Test
  void deleteRoom_agentInside_terminates() {
    try (RawWorker worker = RawWorker.registered(server, "a")) {
      api.createRoom("room", "a");
      JobAssignment assignment = worker.takeJob();
      try (RawParticipant agent = RawParticipant.join(server, assignment.getToken())) {
        api.deleteRoom("room");
        worker.terminated(assignment.getJob().getId());
        agent.expect("room_closed");
      }
    }
  }

  @Test
  void deleteDispatch_agentThatStays_removedAfter3s() {
    try (RawWorker worker = RawWorker.registered(server, "a")) {
      String dispatch = api.createDispatch("room", "a", "").getId();
      JobAssignment assignment = worker.takeJob();
      try (RawParticipant agent = RawParticipant.join(server, assignment.getToken())) {
        api.deleteDispatch("room", dispatch);
        worker.terminated(assignment.getJob().getId());
        assertEquals(1, api.participants("room").size());
        agent.expect("removed");
      }
    }
  }

  @Test
  void deleteDispatch_afterTheWorkerReconnected_agentStays() {
    JobAssignment assignment;
    String dispatch;
    try (RawWorker worker = RawWorker.registered(server, "a")) {
      dispatch = api.createDispatch("room", "a", "").getId();
      assignment = worker.takeJob();
    }
    try (RawWorker again = RawWorker.registered(server, "a");
        RawParticipant agent = RawParticipant.join(server, assignment.getToken())) {
      api.deleteDispatch("room", dispatch);
      again.silent(Duration.ofMillis(200));
      assertEquals(1, api.participants("room").size());
      api.removeParticipant("room", api.participants("room").getFirst().getIdentity());
      agent.expect("removed");
    }
  }

  @Test
  void joinOfAHuman_dispatchesAutomatically_andTheTokensAgents() {
    try (RawWorker automatic = RawWorker.registered(server, "");
        RawWorker named = RawWorker.registered(server, "named")) {
      try (RawParticipant ann = RawParticipant.join(server, "plain", "ann")) {
        assertEquals("plain", ann.joined().object("room").string("name"));
        assertEquals("plain", automatic.takeJob().getJob().getRoom().getName());
      }
      String token =
          com.auth0
              .jwt
              .JWT
              .create()
              .withIssuer(server.key())
              .withSubject("bob")
              .withClaim("video", Map.of("roomJoin", true, "room", "configured"))
              .withClaim("roomConfig", Map.of("agents", List.of(Map.of("agentName", "named"))))
              .sign(com.auth0.jwt.algorithms.Algorithm.HMAC256(server.secret()));
      try (RawParticipant bob = RawParticipant.join(server, token)) {
        assertEquals("configured", bob.joined().object("room").string("name"));
        assertEquals("configured", named.takeJob().getJob().getRoom().getName());
        automatic.silent(Duration.ofMillis(200));
      }
    }
  }

  @Test
  void participantJobs_launchedForEachHuman() throws Exception {
    try (RawWorker worker = RawWorker.connect(server)) {
      worker.register(
          RegisterWorkerRequest.newBuilder()
              .setAgentName("p")
              .setType(JobType.JT_PARTICIPANT)
              .build());
      api.createRoom("room", "p");
      try (RawParticipant ann = RawParticipant.join(server, "room", "ann")) {
        Job job = worker.takeJob().getJob();
        assertEquals(JobType.JT_PARTICIPANT, job.getType());
        assertEquals("ann", job.getParticipant().getIdentity());
        assertEquals(
            ann.joined().object("participant").string("sid"), job.getParticipant().getSid());
      }
    }
  }

  @Test
  void timeouts_closeRoomsThatNobodyUses_agentsDoNotCount() {
    api.createRoom(CreateRoomRequest.newBuilder().setName("never").setEmptyTimeout(1).build());
    Room used =
        api.createRoom(
            CreateRoomRequest.newBuilder().setName("used").setDepartureTimeout(1).build());
    try (RawWorker worker = RawWorker.registered(server, "a")) {
      api.createDispatch("used", "a", "");
      JobAssignment assignment = worker.takeJob();
      RawParticipant agent = RawParticipant.join(server, assignment.getToken());
      RawParticipant.join(server, "used", "ann").close();
      agent.expect("participant_joined");
      agent.expect("participant_left");
      agent.expect("room_closed");
      worker.terminated(assignment.getJob().getId());
    }
    assertEquals(300, used.getEmptyTimeout());
    Eventually.eventually(SOON, () -> api.rooms().isEmpty());
  }

  @Test
  void maxParticipants_theNextOneIsTurnedAway() throws Exception {
    api.createRoom(CreateRoomRequest.newBuilder().setName("one").setMaxParticipants(1).build());
    try (RawParticipant ann = RawParticipant.join(server, "one", "ann");
        RawWebSocket bob =
            RawWebSocket.connect(
                server.url() + "/dev/join", TestTokens.participant(server, "one", "bob"))) {
      assertTrue(
          bob.next(SOON) instanceof RawWebSocket.Frame.Text(String text)
              && text.contains("maximum"));
      assertEquals(1, api.participants("one").size());
      assertEquals("one", ann.joined().object("room").string("name"));
    }
  }
}
