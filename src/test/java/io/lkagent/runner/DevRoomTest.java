package io.lkagent.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.JobStart;
import io.lkagent.sdk.RoomException;
import io.lkagent.testing.ChildUnderTest;
import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.RawParticipant;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.TestTokens;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An agent's process in a room of the dev server. */
final class DevRoomTest {
  private final DevServerUnderTest server = DevServerUnderTest.start();

  @AfterEach
  void stop() {
    server.close();
  }

  private JobStart job(String sid, String token) {
    JobStart.Room room = new JobStart.Room("room", sid, "");
    return new JobStart(
        "AJ_1",
        "",
        "",
        "",
        java.util.Map.of(),
        room,
        "agent",
        server.url(),
        token,
        JobStart.MEDIA_DEV,
        1);
  }

  private static ChildUnderTest joiner() throws Exception {
    return ChildUnderTest.agent(TestAgents.Joiner.class.getName()).toReady();
  }

  @Test
  void agent_inRoomWithHuman_seesHearsAndReportsIt() throws Exception {
    try (RawParticipant ann = RawParticipant.join(server, "room", "ann");
        ChildUnderTest child = joiner()) {
      String sid = ann.joined().object("room").string("sid");
      child.startJob(job(sid, TestTokens.participant(server, "room", "agent")));
      ann.expect("participant_joined");
      assertEquals("hi", ann.expect("data").string("payload"));
      child.awaitOutput("human true");
      child.awaitOutput("joined ann");
      FromChild.Activity activity = child.await(FromChild.Activity.class);
      while (activity.participants() != 1) {
        activity = child.await(FromChild.Activity.class);
      }
      ann.say("type", "data", "payload", "hello", "topic", "");
      child.awaitOutput("heard hello");
      while (activity.messages() != 1) {
        activity = child.await(FromChild.Activity.class);
      }
      ann.say("type", "leave");
      child.awaitOutput("left ann");
      child.shutdown("drained");
      assertEquals(0, child.awaitExit());
      child.awaitOutput("ended drained");
    }
  }

  @Test
  void agent_done_leavesOnlyAfterTheWorkersWord() throws Exception {
    try (RawParticipant ann = RawParticipant.join(server, "room", "ann");
        ChildUnderTest child = ChildUnderTest.agent(TestAgents.Quitter.class.getName()).toReady()) {
      child.startJob(job("", TestTokens.participant(server, "room", "agent")));
      ann.expect("participant_joined");
      assertTrue(child.await(FromChild.Done.class).success());
      try (RawParticipant bob = RawParticipant.join(server, "room", "bob")) {
        assertTrue(bob.joined().toString().contains("agent"), "still there after done");
        ann.expect("participant_joined");
      }
      ann.expect("participant_left");
      child.shutdown("job-done");
      assertEquals(
          "agent", ann.expect("participant_left").object("participant").string("identity"));
      assertEquals(0, child.awaitExit());
    }
  }

  @Test
  void agent_connectionCut_endsJob() throws Exception {
    try (RawParticipant ann = RawParticipant.join(server, "room", "ann");
        ChildUnderTest child = joiner()) {
      child.startJob(job("", TestTokens.participant(server, "room", "agent")));
      ann.expect("participant_joined");
      ann.expect("data"); // behind it the agent only waits
      server.devServer().faults().cutParticipants();
      child.awaitOutput("ended connection-lost");
      FromChild.Done done = child.await(FromChild.Done.class);
      assertFalse(done.success());
      assertEquals("connection-lost", done.reason());
      child.awaitOutput("the server closed it without a word");
    }
  }

  @Test
  void agent_roomDeleted_endsAsRoomClosed() throws Exception {
    try (RawParticipant ann = RawParticipant.join(server, "room", "ann");
        ChildUnderTest child = joiner()) {
      child.startJob(job("", TestTokens.participant(server, "room", "agent")));
      ann.expect("participant_joined");
      ann.expect("data");
      new ServerApi(server).deleteRoom("room");
      expectEnd(child, "room-closed");
    }
  }

  @Test
  void agent_sentAway_endsAsParticipantRemoved() throws Exception {
    try (RawParticipant ann = RawParticipant.join(server, "room", "ann");
        ChildUnderTest child = joiner()) {
      child.startJob(job("", TestTokens.participant(server, "room", "agent")));
      ann.expect("participant_joined");
      ann.expect("data");
      new ServerApi(server).removeParticipant("room", "agent");
      expectEnd(child, "participant-removed");
    }
  }

  private static void expectEnd(ChildUnderTest child, String reason) throws Exception {
    child.awaitOutput("ended " + reason);
    FromChild.Done done = child.await(FromChild.Done.class);
    assertEquals(reason, done.reason());
    assertTrue(done.success());
    child.shutdown("job-done");
    assertEquals(0, child.awaitExit());
    assertFalse(child.output().contains("is lost"), child.output());
  }

  @Test
  void agent_farewell_arrivesBeforeItIsGone() throws Exception {
    try (RawParticipant ann = RawParticipant.join(server, "room", "ann");
        ChildUnderTest child = ChildUnderTest.agent(TestAgents.Farewell.class.getName())) {
      child.toReady().startJob(job("", TestTokens.participant(server, "room", "agent")));
      ann.expect("participant_joined");
      for (int i = 0; i < TestAgents.Farewell.MESSAGES; i++) {
        assertEquals("bye " + i, ann.expect("data").string("payload"));
      }
      child.await(FromChild.Done.class);
      child.shutdown("job-done");
      ann.expect("participant_left");
      assertEquals(0, child.awaitExit());
    }
  }

  @Test
  void agent_roomMadeAgain_doesNotStay() throws Exception {
    try (ChildUnderTest child = joiner()) {
      child.startJob(job("RM_of_yesterday", TestTokens.participant(server, "room", "agent")));
      FromChild.Done done = child.await(FromChild.Done.class);
      assertEquals("room-closed", done.reason());
      assertTrue(done.success());
    }
  }

  @Test
  void agent_badToken_failsWithCauseAndWithoutToken() throws Exception {
    try (ChildUnderTest child = joiner()) {
      child.startJob(job("", "not-a-token"));
      FromChild.Done done = child.await(FromChild.Done.class);
      assertFalse(done.success());
      assertTrue(done.reason().contains("/dev/join"), done.reason());
      assertFalse((done.reason() + child.output()).contains("not-a-token"), done.reason());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "http://h:1, ws://h:1/dev/join",
    "https://h/, wss://h/dev/join",
    "ws://h/path/, ws://h/path/dev/join",
    "wss://h, wss://h/dev/join"
  })
  void joinUri_anyForm_isAWebSocket(String url, String expected) throws Exception {
    assertEquals(expected, DevRoom.joinUri(url).toString());
  }

  @Test
  void joinUri_garbage_isARoomException() {
    assertThrows(RoomException.class, () -> DevRoom.joinUri("no url"));
    assertThrows(RoomException.class, () -> DevRoom.joinUri("ws:///nowhere"));
  }
}
