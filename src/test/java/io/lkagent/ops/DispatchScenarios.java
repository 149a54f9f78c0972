package io.lkagent.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.api.ApiException;
import io.lkagent.api.Credentials;
import io.lkagent.api.LiveKitApi;
import io.lkagent.ops.DispatchResult.Outcome;
import io.lkagent.ops.DispatchResult.Stage;
import io.lkagent.protocol.Endpoint;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.ServerUnderTest;
import io.lkagent.testing.SettingsCopy;
import io.lkagent.testing.WorkerUnderTest;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import livekit.LivekitAgentDispatch.AgentDispatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** What dispatching does, the same on the dev server and on the real one. */
abstract class DispatchScenarios {
  private String name = "";
  private @Nullable LiveKitApi opened;

  abstract ServerUnderTest server();

  /** How long the server can take to show a job. */
  abstract Duration patience();

  @BeforeEach
  void open(TestInfo test) throws Exception {
    name =
        test.getTestMethod().orElseThrow().getName() + "-" + Long.toHexString(Time.raw().nanos());
    opened = api(server(), server().secret());
  }

  @AfterEach
  void closeApi() {
    api().close();
  }

  /** This test's own name, for its agent and its room. */
  final String name() {
    return name;
  }

  final LiveKitApi api() {
    return Objects.requireNonNull(opened);
  }

  final ServerApi raw() {
    return new ServerApi(server());
  }

  static LiveKitApi api(ServerUnderTest server, String secret) throws ApiException {
    return new LiveKitApi(
        Endpoint.of(server.url()), Credentials.of(server.key(), secret), Duration.ofSeconds(5));
  }

  final DispatchResult dispatch(Duration patience) {
    return dispatch(new DispatchRequest(name, name, patience));
  }

  final DispatchResult dispatch(DispatchRequest request) {
    return new Dispatching(api(), Time.system()).dispatch(request, DispatchWatcher.NONE);
  }

  /** A worker whose agents serve their rooms without joining them. */
  final WorkerUnderTest absentWorker() throws Exception {
    return WorkerUnderTest.start(
            server(),
            settings ->
                SettingsCopy.of(settings).agentName(name).agent(SettingsCopy.SHELL_AGENT).make())
        .awaitRegistered();
  }

  @Test
  void missingRoom_isMadeTogetherWithItsOneDispatch() {
    DispatchResult result =
        dispatch(new DispatchRequest(name, name, "some metadata", Duration.ZERO, true));
    assertInstanceOf(Outcome.Requested.class, result.outcome());
    assertTrue(result.roomCreated());
    assertFalse(result.reused());
    AgentDispatch only = onlyDispatch();
    assertEquals(result.dispatchId(), only.getId());
    assertEquals("some metadata", only.getMetadata());
  }

  @Test
  void automaticAgent_ofAMissingRoom_isOneDispatchToo() {
    DispatchResult result = dispatch(new DispatchRequest(name, "", Duration.ZERO));
    assertTrue(result.roomCreated());
    assertEquals(result.dispatchId(), onlyDispatch().getId());
  }

  @Test
  void missingRoom_thatIsNotToBeMade_isNotMade() {
    DispatchResult result = dispatch(new DispatchRequest(name, name, "", Duration.ZERO, false));
    assertInstanceOf(Outcome.RoomMissing.class, result.outcome());
    assertTrue(raw().rooms().stream().noneMatch(room -> room.getName().equals(name)));
  }

  @Test
  void existingRoom_getsADispatch_whichASecondCallReuses() {
    raw().createRoom(name, "another");
    DispatchResult first = dispatch(Duration.ZERO);
    DispatchResult second = dispatch(Duration.ZERO);
    assertFalse(first.roomCreated());
    assertFalse(first.reused());
    assertTrue(second.reused());
    assertEquals(first.dispatchId(), second.dispatchId());
    assertEquals(2, raw().dispatches(name).size());
  }

  @Test
  void agentThatNeverJoins_isToldApart_andKept() throws Exception {
    try (WorkerUnderTest worker = absentWorker()) {
      DispatchResult first = dispatch(patience());
      Outcome.DidNotJoin absent = assertInstanceOf(Outcome.DidNotJoin.class, first.outcome());
      assertEquals(worker.running().getFirst().jobId(), absent.job().id());
      DispatchResult second = dispatch(Duration.ofMillis(100));
      assertInstanceOf(Outcome.DidNotJoin.class, second.outcome());
      assertTrue(second.reused());
      assertEquals(first.dispatchId(), second.dispatchId());
      assertEquals(1, worker.running().size());
    }
  }

  @Test
  void nobody_isAskedOnceMoreAfterSevenSeconds_andNothingIsLeft() {
    raw().createRoom(name, "another");
    DispatchResult result = dispatch(Duration.ofMillis(8_500));
    Outcome.NobodyTookIt nobody =
        assertInstanceOf(Outcome.NobodyTookIt.class, result.outcome(), result.toString());
    assertTrue(nobody.withdrawn());
    assertEquals(2, result.requests());
    assertTrue(raw().dispatches(name).stream().noneMatch(d -> d.getAgentName().equals(name)));
  }

  @Test
  void nobodyWithinAShortWait_staysRequested() {
    DispatchResult result = dispatch(Duration.ofMillis(300));
    assertFalse(assertInstanceOf(Outcome.NobodyTookIt.class, result.outcome()).withdrawn());
    assertEquals(result.dispatchId(), onlyDispatch().getId());
  }

  @Test
  void wrongSecret_isRefusedAtOnce() throws Exception {
    try (LiveKitApi wrong = api(server(), "some-other-secret-that-is-long-enough")) {
      DispatchResult result =
          new Dispatching(wrong, Time.system())
              .dispatch(new DispatchRequest(name, name, patience()), DispatchWatcher.NONE);
      Outcome.Failed failed = assertInstanceOf(Outcome.Failed.class, result.outcome());
      assertInstanceOf(ApiException.Unauthorized.class, failed.cause());
      assertEquals(1, failed.tries());
    }
  }

  @Test
  void delete_endsTheOneDispatch_andKnowsNoOther() throws Exception {
    Dispatching dispatching = new Dispatching(api(), Time.system());
    assertFalse(dispatching.delete(name, "AD_none"));
    String id = dispatch(Duration.ZERO).dispatchId();
    assertFalse(dispatching.delete(name, "AD_none"));
    assertTrue(dispatching.delete(name, id));
    assertEquals(List.of(), dispatching.list(List.of(name), DispatchWatcher.NONE));
  }

  @Test
  void roomDeletedMeanwhile_isSaidSo() throws Exception {
    String id = dispatch(Duration.ZERO).dispatchId();
    assertNotEquals("", id);
    DispatchWatcher deletes =
        new DispatchWatcher() {
          @Override
          public void requested(String dispatchId, boolean reused) {
            raw().deleteRoom(name);
          }
        };
    DispatchResult result =
        new Dispatching(api(), Time.system())
            .dispatch(new DispatchRequest(name, name, patience()), deletes);
    assertInstanceOf(Outcome.RoomEnded.class, result.outcome());
  }

  @Test
  void stages_areInOrder() {
    DispatchResult result = dispatch(Duration.ofMillis(50));
    Duration looked = result.stages().get(Stage.LOOKED);
    Duration requested = result.stages().get(Stage.REQUESTED);
    Duration done = result.stages().get(Stage.DONE);
    assertTrue(looked != null && requested != null && done != null, result.toString());
    assertTrue(looked.compareTo(requested) < 0 && requested.compareTo(done) < 0);
  }

  final AgentDispatch onlyDispatch() {
    List<AgentDispatch> all = raw().dispatches(name);
    assertEquals(1, all.size(), all.toString());
    return all.getFirst();
  }
}
