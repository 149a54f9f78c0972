package io.lkagent.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.api.ApiException;
import io.lkagent.api.Credentials;
import io.lkagent.api.JobInfo;
import io.lkagent.api.LiveKitApi;
import io.lkagent.ops.DispatchResult.Outcome;
import io.lkagent.ops.DispatchResult.Stage;
import io.lkagent.protocol.Endpoint;
import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.Eventually;
import io.lkagent.testing.ServerUnderTest;
import io.lkagent.testing.SettingsCopy;
import io.lkagent.testing.WorkerUnderTest;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Dispatching on the dev server: with agents that join, and with a server that misbehaves. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DispatchOnDevServerTest extends DispatchScenarios {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final DevServerUnderTest server = DevServerUnderTest.start();

  @AfterAll
  void stop() {
    server.close();
  }

  @Override
  ServerUnderTest server() {
    return server;
  }

  @Override
  Duration patience() {
    return Duration.ofSeconds(3);
  }

  /** A worker whose agents join, on a server of the test's own when that is to misbehave. */
  private WorkerUnderTest worker(ServerUnderTest at) throws Exception {
    return WorkerUnderTest.start(at, settings -> SettingsCopy.of(settings).agentName(name()).make())
        .awaitRegistered()
        .awaitIdle(1);
  }

  @Test
  void agentThatJoins_inAMissingRoomAndInAnExistingOne_isTimed() throws Exception {
    try (WorkerUnderTest worker = worker(server)) {
      DispatchResult made = dispatch(LONG);
      assertTrue(made.roomCreated());
      raw().createRoom(name() + "-2", "another");
      DispatchResult existing = dispatch(new DispatchRequest(name() + "-2", name(), LONG));
      assertFalse(existing.roomCreated());
      for (DispatchResult each : List.of(made, existing)) {
        Outcome.Joined joined = assertInstanceOf(Outcome.Joined.class, each.outcome());
        JobInfo job = Objects.requireNonNull(joined.job());
        assertEquals("agent-" + job.id(), joined.agent().identity());
        List<Duration> inOrder = List.copyOf(each.stages().values());
        assertEquals(Stage.values().length, inOrder.size(), each.toString());
        assertTrue(ordered(each.stages()), each.stages().toString());
      }
      assertEquals(2, worker.running().size());
    }
  }

  /** The agent can be seen before the job is; both come after the request and before the end. */
  private static boolean ordered(Map<Stage, Duration> stages) {
    Duration asked = stages.getOrDefault(Stage.REQUESTED, LONG);
    Duration done = stages.getOrDefault(Stage.DONE, Duration.ZERO);
    return List.of(Stage.ASSIGNED, Stage.JOINED).stream()
        .map(stage -> stages.getOrDefault(stage, LONG))
        .allMatch(at -> at.compareTo(asked) >= 0 && at.compareTo(done) <= 0);
  }

  @Test
  void fiveRequestsAtOnce_oneAgentAndOneDispatch() throws Exception {
    try (WorkerUnderTest worker = worker(server);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<DispatchResult>> calls = Collections.nCopies(5, () -> dispatch(LONG));
      for (Future<DispatchResult> one : threads.invokeAll(calls)) {
        assertInstanceOf(Outcome.Joined.class, one.get().outcome(), one.get().toString());
      }
      Eventually.eventually(LONG, () -> raw().dispatches(name()).size() == 1);
      assertEquals(1, worker.running().size());
      assertEquals(1, api().participants(name()).size());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"CreateRoom", "CreateDispatch", "ListDispatch", "ListParticipants"})
  void replyThatGetsLost_leavesExactlyOneDispatch(String method) throws Exception {
    try (DevServerUnderTest own = DevServerUnderTest.start();
        WorkerUnderTest worker = worker(own);
        LiveKitApi api = api(own, own.secret())) {
      if (method.equals("CreateDispatch")) {
        api.createRoom(name(), "", Duration.ZERO, Duration.ZERO, List.of());
      }
      own.devServer().faults().dropReplies(method, 1);
      DispatchResult result =
          new Dispatching(api, Time.system())
              .dispatch(new DispatchRequest(name(), name(), LONG), DispatchWatcher.NONE);
      assertInstanceOf(Outcome.Joined.class, result.outcome(), result.toString());
      assertFalse(result.reused());
      assertEquals(
          1, api.dispatches(name()).stream().filter(d -> d.agentName().equals(name())).count());
      assertEquals(1, worker.running().size());
    }
  }

  @Test
  void serverThatNeverAnswersAgain_isGivenUpAfterThreeTries() throws Exception {
    try (DevServerUnderTest own = DevServerUnderTest.start();
        LiveKitApi api = api(own, own.secret())) {
      own.devServer().faults().dropReplies("CreateRoom", 10);
      own.devServer().faults().dropReplies("ListDispatch", 10);
      DispatchResult result =
          new Dispatching(api, Time.system())
              .dispatch(new DispatchRequest(name(), name(), LONG), DispatchWatcher.NONE);
      assertEquals(3, assertInstanceOf(Outcome.Failed.class, result.outcome()).tries());
    }
  }

  @Test
  void noServer_failsAtOnce() throws Exception {
    try (LiveKitApi api =
        new LiveKitApi(Endpoint.of("ws://127.0.0.1:1"), Credentials.of("key", "secret"), LONG)) {
      DispatchResult result =
          new Dispatching(api, Time.system())
              .dispatch(new DispatchRequest(name(), name(), LONG), DispatchWatcher.NONE);
      Outcome.Failed failed = assertInstanceOf(Outcome.Failed.class, result.outcome());
      assertInstanceOf(ApiException.Unreachable.class, failed.cause());
      assertEquals(1, failed.tries());
    }
  }

  @Test
  void agentThatDied_isReplaced_andItsDispatchIsGone() throws Exception {
    try (DevServerUnderTest own = DevServerUnderTest.start();
        LiveKitApi api = api(own, own.secret())) {
      Dispatching dispatching = new Dispatching(api, Time.system());
      DispatchRequest request = new DispatchRequest(name(), name(), LONG);
      DispatchResult first;
      try (WorkerUnderTest dies = worker(own)) {
        first = dispatching.dispatch(request, DispatchWatcher.NONE);
        assertInstanceOf(Outcome.Joined.class, first.outcome());
        assertEquals(1, dies.running().size());
        own.devServer().faults().forgetWorkers();
      }
      Eventually.eventually(LONG, () -> api.participants(name()).isEmpty());
      try (WorkerUnderTest next = worker(own)) {
        // The server says RUNNING for ever; its age tells a lost agent from a slow one.
        DispatchResult second =
            new Dispatching(api, later(Duration.ofMinutes(1)))
                .dispatch(request, DispatchWatcher.NONE);
        assertInstanceOf(Outcome.Joined.class, second.outcome());
        assertFalse(second.reused());
        assertEquals(
            List.of(second.dispatchId()),
            api.dispatches(name()).stream().map(d -> d.id()).toList());
        assertEquals(1, next.running().size());
      }
    }
  }

  /** The machine's clocks, the wall clock being ahead. */
  private static Time later(Duration ahead) {
    return new Time() {
      @Override
      public long nanos() {
        return Time.system().nanos();
      }

      @Override
      public java.time.Instant wall() {
        return Time.system().wall().plus(ahead);
      }

      @Override
      public void sleep(Duration duration) {
        Time.system().sleep(duration);
      }
    };
  }
}
