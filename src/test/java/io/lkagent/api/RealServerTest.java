package io.lkagent.api;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.protocol.ConnectFailure;
import io.lkagent.protocol.ConnectResult;
import io.lkagent.protocol.ConnectionEnd;
import io.lkagent.protocol.Endpoint;
import io.lkagent.protocol.JobOffer;
import io.lkagent.protocol.Registration;
import io.lkagent.protocol.ServerSignal;
import io.lkagent.protocol.WorkerConnection;
import io.lkagent.protocol.WorkerSignal;
import io.lkagent.testing.OnRealServer;
import io.lkagent.testing.RealLiveKit;
import io.lkagent.testing.RecordingProxy;
import io.lkagent.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@OnRealServer
@Timeout(90)
final class RealServerTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private final BlockingQueue<ServerSignal> signals = new LinkedBlockingQueue<>();
  private final BlockingQueue<ConnectionEnd> ends = new LinkedBlockingQueue<>();
  private final RealLiveKit server;
  private final Credentials credentials;
  private final LiveKitApi api;

  RealServerTest() throws Exception {
    server = RealLiveKit.start();
    credentials = Credentials.of(server.key(), server.secret());
    api = new LiveKitApi(Endpoint.of(server.url()), credentials, SOON);
  }

  @AfterEach
  void stop() {
    api.close();
    server.close();
  }

  private ConnectResult register(String url, Credentials credentials) {
    return WorkerConnection.open(
        Endpoint.of(url),
        () -> Tokens.agentWorker(credentials),
        Registration.of("clerk", "1.0").withPingInterval(Duration.ofSeconds(1)),
        () -> new WorkerSignal.UpdateWorker(true, 0f, 0),
        signals::add,
        ends::add,
        Time.raw(),
        SOON);
  }

  private <T extends ServerSignal> T await(Class<T> type) throws InterruptedException {
    while (true) {
      ServerSignal signal = signals.poll(10, TimeUnit.SECONDS);
      assertTrue(signal != null, "no " + type.getSimpleName());
      if (type.isInstance(signal)) {
        return type.cast(signal);
      }
    }
  }

  private List<JobInfo> jobs(String room) throws ApiException {
    return api.dispatches(room).stream().flatMap(dispatch -> dispatch.jobs().stream()).toList();
  }

  @Test
  void rooms_createdListedDeleted_asTheServerSays() throws Exception {
    RoomInfo made =
        api.createRoom("r1", "m1", Duration.ofMinutes(5), Duration.ofSeconds(20), List.of());
    assertTrue(made.sid().startsWith("RM_"), made.sid());
    assertTrue(
        Duration.between(made.creationTime(), Instant.now()).abs().toSeconds() < 60,
        made.toString());
    assertEquals(List.of(made), api.rooms(List.of("r1", "other")));
    assertEquals(List.of(), api.participants("r1"));
    assertThrows(ApiException.NotFound.class, () -> api.removeParticipant("r1", "nobody"));
    api.deleteRoom("r1");
    assertEquals(List.of(), api.rooms(List.of()));
    assertThrows(ApiException.NotFound.class, () -> api.deleteRoom("r1"));
    try (LiveKitApi wrong =
        new LiveKitApi(
            Endpoint.of(server.url()),
            Credentials.of("devkey", "another-secret-of-at-least-32-characters"),
            SOON)) {
      assertThrows(ApiException.Unauthorized.class, () -> wrong.rooms(List.of()));
    }
  }

  @Test
  void register_wrongSecretOrKey_isUnauthorized() {
    for (Credentials wrong :
        List.of(
            Credentials.of("devkey", "another-secret-of-at-least-32-characters"),
            Credentials.of("nokey", server.secret()))) {
      ConnectResult.Failed failed =
          assertInstanceOf(ConnectResult.Failed.class, register(server.url(), wrong));
      assertInstanceOf(ConnectFailure.Unauthorized.class, failed.failure());
    }
  }

  @Test
  void register_wrongPath_isNotLiveKit() {
    ConnectResult.Failed failed =
        assertInstanceOf(
            ConnectResult.Failed.class, register(server.url() + "/elsewhere", credentials));
    assertEquals(404, assertInstanceOf(ConnectFailure.NotLiveKit.class, failed.failure()).status());
  }

  @Test
  void job_dispatchedAcceptedEnded_throughTheRecordingProxy() throws Exception {
    try (RecordingProxy proxy = RecordingProxy.inFrontOf(server.url());
        WorkerConnection connection =
            assertInstanceOf(ConnectResult.Connected.class, register(proxy.url(), credentials))
                .connection()) {
      ServerSignal.Registered registered = await(ServerSignal.Registered.class);
      assertTrue(registered.server().version().startsWith("1.13"), registered.toString());
      api.createRoom("r", "room-data", Duration.ofMinutes(5), Duration.ZERO, List.of());
      DispatchInfo dispatch = api.createDispatch("r", "clerk", "hello");
      assertTrue(
          Duration.between(dispatch.createdAt(), Instant.now()).abs().toSeconds() < 60,
          dispatch.toString());
      JobOffer job = await(ServerSignal.AvailabilityAsked.class).job();
      assertEquals("hello", job.metadata());
      assertEquals("r", job.room().name());
      assertEquals("room-data", job.room().metadata());
      assertEquals(dispatch.id(), job.dispatchId());
      connection.send(new WorkerSignal.Accept(job.id(), "agent-1", "Clerk", "", Map.of("a", "b")));
      ServerSignal.Assigned assigned = await(ServerSignal.Assigned.class);
      assertEquals(job.id(), assigned.job().id());
      connection.send(new WorkerSignal.UpdateJob(job.id(), WorkerSignal.JobResult.RUNNING, ""));
      List<JobInfo> jobs = new CopyOnWriteArrayList<>();
      eventually(SOON, () -> jobs.addAll(jobs("r")));
      JobInfo info = jobs.get(0);
      assertEquals("RUNNING", info.status());
      assertEquals("agent-1", info.participantIdentity());
      assertEquals(registered.workerId(), info.workerId());
      api.deleteDispatch("r", dispatch.id());
      assertEquals(job.id(), await(ServerSignal.Terminated.class).jobId());
      await(ServerSignal.Ponged.class);
      assertEquals(
          List.of("OPENED", "REGISTER", "UPDATE_WORKER"),
          proxy.kinds(RecordingProxy.Direction.TO_SERVER, 1).subList(0, 3));
      proxy.cut();
      assertInstanceOf(ConnectionEnd.Lost.class, ends.poll(10, TimeUnit.SECONDS));
    }
  }

  @Test
  void proxy_dropsEverything_isNoticedAsHalfOpen() throws Exception {
    try (RecordingProxy proxy = RecordingProxy.inFrontOf(server.url());
        WorkerConnection connection =
            assertInstanceOf(ConnectResult.Connected.class, register(proxy.url(), credentials))
                .connection()) {
      proxy.drop(message -> true);
      assertInstanceOf(ConnectionEnd.PongTimeout.class, ends.poll(10, TimeUnit.SECONDS));
      connection.send(new WorkerSignal.Decline("unheard"));
    }
  }

  @Test
  void server_restarts_isLost() throws Exception {
    try (RealLiveKit other = RealLiveKit.start();
        WorkerConnection connection =
            assertInstanceOf(
                    ConnectResult.Connected.class,
                    register(other.url(), Credentials.of(other.key(), other.secret())))
                .connection()) {
      other.restart();
      assertInstanceOf(ConnectionEnd.Lost.class, ends.poll(10, TimeUnit.SECONDS));
      connection.send(new WorkerSignal.Decline("x"));
    }
  }
}
