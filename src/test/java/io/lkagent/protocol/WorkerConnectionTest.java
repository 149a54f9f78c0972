package io.lkagent.protocol;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.ScriptedServer;
import io.lkagent.testing.WebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import livekit.LivekitAgent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class WorkerConnectionTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private final BlockingQueue<LivekitAgent.WorkerMessage> received = new LinkedBlockingQueue<>();

  /** Registers the worker and then keeps what it says. */
  private void listen(ScriptedServer.Peer peer) throws Exception {
    peer.register();
    while (true) {
      received.add(peer.readMessage());
    }
  }

  private LivekitAgent.WorkerMessage next() throws InterruptedException {
    LivekitAgent.WorkerMessage message = received.poll(10, TimeUnit.SECONDS);
    assertTrue(message != null, "nothing more came");
    return message;
  }

  @Test
  void open_scriptedServer_sendsTokenThenRegisterThenStatus() throws Exception {
    CompletableFuture<String> head = new CompletableFuture<>();
    try (ScriptedServer server =
            ScriptedServer.start(peer -> {
              peer.upgrade();
              head.complete(peer.head());
              received.add(peer.readMessage());
              // Not answered yet: the status must come without waiting for the answer.
              received.add(peer.readMessage());
              peer.send(ScriptedServer.registered());
              peer.readToEnd();
            });
        Attempt attempt = Attempt.at(Endpoint.of(server.url() + "/base/"))) {
      attempt.connection();
      assertTrue(head.get().startsWith("GET /base/agent?protocol=1 HTTP/1.1\r\n"));
      assertTrue(head.get().contains("Authorization: Bearer the-token\r\n"));
      LivekitAgent.RegisterWorkerRequest register = next().getRegister();
      assertEquals("clerk", register.getAgentName());
      assertEquals("9.9", register.getVersion());
      assertEquals(10, register.getPingInterval());
      assertTrue(register.getAllowedPermissions().getCanPublish());
      LivekitAgent.UpdateWorkerStatus status = next().getUpdateWorker();
      assertEquals(LivekitAgent.WorkerStatus.WS_FULL, status.getStatus());
      assertEquals(2, status.getJobCount());
      ServerSignal.Registered registered =
          assertInstanceOf(ServerSignal.Registered.class, attempt.signals.get(0));
      assertEquals("W_test", registered.workerId());
      assertTrue(registered.server().devServer());
    }
  }

  @Test
  void signals_eachKind_areRead() throws Exception {
    LivekitAgent.Job job =
        LivekitAgent.Job.newBuilder()
            .setId("AJ_1")
            .setDispatchId("AD_1")
            .setAgentName("clerk")
            .setMetadata("m")
            .mergeFrom(
                // attributes = 12, one entry {a: b}
                new byte[] {0x62, 6, 0x0A, 1, 'a', 0x12, 1, 'b'})
            .build();
    try (ScriptedServer server =
            ScriptedServer.start(peer -> {
              peer.register();
              peer.send(
                  LivekitAgent.ServerMessage.newBuilder()
                      .setAvailability(LivekitAgent.AvailabilityRequest.newBuilder().setJob(job))
                      .build());
              peer.send(
                  LivekitAgent.ServerMessage.newBuilder()
                      .setAssignment(
                          LivekitAgent.JobAssignment.newBuilder().setJob(job).setToken("s3cret"))
                      .build());
              peer.send(ScriptedServer.termination("AJ_1"));
              peer.readToEnd();
            });
        Attempt attempt = Attempt.at(Endpoint.of(server.url()))) {
      eventually(SOON, () -> attempt.signals.size() == 4);
      ServerSignal.AvailabilityAsked asked =
          assertInstanceOf(ServerSignal.AvailabilityAsked.class, attempt.signals.get(1));
      assertEquals("AD_1", asked.job().dispatchId());
      assertEquals("ROOM", asked.job().type());
      assertEquals(Map.of("a", "b"), asked.job().attributes());
      ServerSignal.Assigned assigned =
          assertInstanceOf(ServerSignal.Assigned.class, attempt.signals.get(2));
      assertEquals("s3cret", assigned.token());
      assertFalse(assigned.toString().contains("s3cret"));
      assertEquals(new ServerSignal.Terminated("AJ_1"), attempt.signals.get(3));
    }
  }

  @Test
  void frames_garbageTextAndUnknown_areSkipped() throws Exception {
    try (ScriptedServer server =
            ScriptedServer.start(peer -> {
              peer.register();
              peer.send(WebSocketFrame.binary("not protobuf".getBytes(StandardCharsets.UTF_8)));
              peer.send(
                  new WebSocketFrame(
                      WebSocketFrame.TEXT, true, "{}".getBytes(StandardCharsets.UTF_8)));
              // Field 99 with an empty message: a later protocol's news.
              peer.send(WebSocketFrame.binary(new byte[] {(byte) 0x9A, 6, 0}));
              peer.send(WebSocketFrame.binary(new byte[0]));
              peer.send(ScriptedServer.termination("after"));
              peer.readToEnd();
            });
        Attempt attempt = Attempt.at(Endpoint.of(server.url()))) {
      eventually(SOON, () -> attempt.signals.contains(new ServerSignal.Terminated("after")));
      assertEquals(2, attempt.signals.size());
      assertEquals(List.of(), attempt.ends);
    }
  }

  @Test
  void frames_inFragments_arePutTogether() throws Exception {
    String id = "J".repeat(300_000);
    byte[] whole = ScriptedServer.termination(id).toByteArray();
    try (ScriptedServer server =
            ScriptedServer.start(peer -> {
              peer.register();
              int third = whole.length / 3;
              peer.send(new WebSocketFrame(2, false, Arrays.copyOfRange(whole, 0, third)));
              peer.send(new WebSocketFrame(WebSocketFrame.PING, true, new byte[] {1}));
              peer.send(new WebSocketFrame(0, false, Arrays.copyOfRange(whole, third, 2 * third)));
              peer.send(
                  new WebSocketFrame(0, true, Arrays.copyOfRange(whole, 2 * third, whole.length)));
              peer.readToEnd();
            });
        Attempt attempt = Attempt.at(Endpoint.of(server.url()))) {
      eventually(SOON, () -> attempt.signals.contains(new ServerSignal.Terminated(id)));
    }
  }

  @Test
  void frames_moreThanTheLimit_endTheConnection() throws Exception {
    byte[] piece = new byte[1 << 20];
    try (ScriptedServer server =
            ScriptedServer.start(peer -> {
              peer.register();
              for (int i = 0; i < 10; i++) {
                peer.send(new WebSocketFrame(i == 0 ? 2 : 0, false, piece));
              }
              peer.readToEnd();
            });
        Attempt attempt = Attempt.at(Endpoint.of(server.url()))) {
      eventually(SOON, () -> attempt.ends.size() == 1);
      assertInstanceOf(ConnectionEnd.Lost.class, attempt.ends.get(0));
    }
  }

  @Test
  void drop_withoutClose_isLostOnce() throws Exception {
    try (ScriptedServer server =
            ScriptedServer.start(peer -> {
              peer.register();
              peer.readMessage();
              peer.drop();
            });
        Attempt attempt = Attempt.at(Endpoint.of(server.url()))) {
      attempt.connection();
      eventually(SOON, () -> !attempt.ends.isEmpty());
      assertInstanceOf(ConnectionEnd.Lost.class, attempt.ends.get(0));
      attempt.connection().close();
      attempt.connection().abort();
      attempt.connection().send(new WorkerSignal.Decline("late"));
      ExecutionException late =
          assertThrows(
              ExecutionException.class,
              () ->
                  attempt
                      .connection()
                      .sendFlushed(new WorkerSignal.Decline("late"))
                      .get(1, TimeUnit.SECONDS));
      assertInstanceOf(ConnectionEndedException.class, late.getCause());
      assertEquals(1, attempt.ends.size());
    }
  }

  @Test
  void closeFrame_ofServer_carriesCodeAndReason() throws Exception {
    try (ScriptedServer server =
            ScriptedServer.start(peer -> {
              peer.register();
              peer.send(
                  new WebSocketFrame(
                      WebSocketFrame.CLOSE, true, new byte[] {0x0F, (byte) 0xA1, 'b', 'y'}));
              peer.readToEnd();
            });
        Attempt attempt = Attempt.at(Endpoint.of(server.url()))) {
      eventually(SOON, () -> !attempt.ends.isEmpty());
      assertEquals(List.of(new ConnectionEnd.ByServer(4001, "by")), attempt.ends);
    }
  }

  @Test
  void pong_missing_endsAHalfOpenLink() throws Exception {
    try (ScriptedServer server =
            ScriptedServer.start(peer -> {
              peer.register();
              peer.readToEnd();
            });
        Attempt attempt = Attempt.at(Endpoint.of(server.url()), Duration.ofMillis(200))) {
      attempt.connection();
      eventually(SOON, () -> !attempt.ends.isEmpty());
      assertInstanceOf(ConnectionEnd.PongTimeout.class, attempt.ends.get(0));
    }
  }

  @Test
  void pong_answered_keepsTheLink() throws Exception {
    try (ScriptedServer server =
            ScriptedServer.start(peer -> {
              peer.register();
              while (true) {
                LivekitAgent.WorkerMessage message = peer.readMessage();
                if (message.hasPing()) {
                  peer.send(
                      LivekitAgent.ServerMessage.newBuilder()
                          .setPong(
                              LivekitAgent.WorkerPong.newBuilder()
                                  .setLastTimestamp(message.getPing().getTimestamp()))
                          .build());
                }
              }
            });
        Attempt attempt = Attempt.at(Endpoint.of(server.url()), Duration.ofMillis(200))) {
      eventually(
          SOON,
          () -> attempt.signals.stream().filter(ServerSignal.Ponged.class::isInstance).count() > 5);
      assertEquals(List.of(), attempt.ends);
    }
  }

  @Test
  void send_manySignals_keepTheirOrder() throws Exception {
    try (ScriptedServer server = ScriptedServer.start(this::listen);
        Attempt attempt = Attempt.at(Endpoint.of(server.url()))) {
      List<String> sent = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        sent.add("J" + i);
        attempt.connection().send(new WorkerSignal.Decline("J" + i));
      }
      attempt
          .connection()
          .sendFlushed(new WorkerSignal.UpdateJob("J", WorkerSignal.JobResult.SUCCESS, ""))
          .get(10, TimeUnit.SECONDS);
      assertTrue(next().hasUpdateWorker());
      List<String> seen = new ArrayList<>();
      while (seen.size() < sent.size()) {
        seen.add(next().getAvailability().getJobId());
      }
      assertEquals(sent, seen);
      assertEquals(LivekitAgent.JobStatus.JS_SUCCESS, next().getUpdateJob().getStatus());
    }
  }

  @Test
  void close_withSignalsWaiting_sendsThemAndSaysGoodbye() throws Exception {
    CompletableFuture<Integer> closing = new CompletableFuture<>();
    try (ScriptedServer server =
            ScriptedServer.start(peer -> {
              peer.register();
              WebSocketFrame frame = peer.readFrame();
              int messages = 0;
              while (frame.opcode() != WebSocketFrame.CLOSE) {
                messages++;
                frame = peer.readFrame();
              }
              closing.complete(messages);
            });
        Attempt attempt = Attempt.at(Endpoint.of(server.url()))) {
      for (int i = 0; i < 100; i++) {
        attempt.connection().send(new WorkerSignal.Decline("J" + i));
      }
      attempt.connection().close();
      assertEquals(101, closing.get(10, TimeUnit.SECONDS));
      assertEquals(List.of(new ConnectionEnd.ByUs()), attempt.ends);
    }
  }

  @Test
  void close_eachWay_endsItsThreads() throws Exception {
    try (ScriptedServer server = ScriptedServer.start(this::listen)) {
      for (int i = 0; i < 5; i++) {
        Attempt closed = Attempt.at(Endpoint.of(server.url()));
        closed.connection().close();
        eventually(SOON, () -> !closed.connection().alive());
        Attempt aborted = Attempt.at(Endpoint.of(server.url()));
        aborted.connection().abort();
        eventually(SOON, () -> !aborted.connection().alive());
      }
    }
    try (ScriptedServer server = ScriptedServer.start(ScriptedServer.Peer::register);
        Attempt dropped = Attempt.at(Endpoint.of(server.url()))) {
      if (dropped.result instanceof ConnectResult.Connected connected) {
        eventually(SOON, () -> !connected.connection().alive());
      }
    }
  }

  @Test
  void drop_rightBehindTheLastMessage_isNeverMissed() throws Exception {
    try (ScriptedServer server = ScriptedServer.start(ScriptedServer.Peer::register)) {
      for (int i = 0; i < 50; i++) {
        try (Attempt attempt = Attempt.at(Endpoint.of(server.url()))) {
          eventually(
              SOON,
              () -> attempt.result instanceof ConnectResult.Failed || attempt.ends.size() == 1);
        }
      }
    }
  }

  @Test
  void write_serverThatReadsNoMore_endsWithinThePingTimes() throws Exception {
    CompletableFuture<Void> done = new CompletableFuture<>();
    try (ScriptedServer server =
            ScriptedServer.start(peer -> {
              peer.register();
              done.get(30, TimeUnit.SECONDS);
            });
        Attempt attempt = Attempt.at(Endpoint.of(server.url()), Duration.ofMillis(500))) {
      String bulk = "x".repeat(1 << 20);
      for (int i = 0; i < 30; i++) {
        attempt
            .connection()
            .send(new WorkerSignal.UpdateJob("J", WorkerSignal.JobResult.FAILED, bulk));
      }
      eventually(SOON, () -> attempt.ends.size() == 1);
      assertInstanceOf(ConnectionEnd.PongTimeout.class, attempt.ends.get(0));
      eventually(SOON, () -> !attempt.connection().alive());
    } finally {
      done.complete(null);
    }
  }
}
