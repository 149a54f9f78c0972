package io.lkagent.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.JobStart;
import io.lkagent.sdk.DataMessage;
import io.lkagent.sdk.Participant;
import io.lkagent.sdk.RoomException;
import io.lkagent.testing.ChildUnderTest;
import io.lkagent.testing.ScriptedServer;
import io.lkagent.testing.WebSocketFrame;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The connection to a room against a server that does what the dev server never would. */
@Timeout(60)
final class DevStayTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String WELCOME = "{\"type\":\"joined\",\"room\":{\"sid\":\"RM_1\"}}";

  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  /** Keeps what it is told. */
  private final class Ears implements RoomConnector.Events {
    @Override
    public void joined(Participant participant) {
      heard.add("joined " + participant.identity());
    }

    @Override
    public void left(Participant participant) {
      heard.add("left " + participant.identity());
    }

    @Override
    public void received(DataMessage message) {
      heard.add("data " + message.text());
    }

    @Override
    public void closed(boolean success, String reason) {
      heard.add("closed " + success + " " + reason);
    }
  }

  private DevStay begin(ScriptedServer server, Duration limit) throws RoomException {
    return DevStay.begin(URI.create(server.url() + "/dev/join"), "the-token", new Ears(), limit);
  }

  private static WebSocketFrame text(String text) {
    return part(WebSocketFrame.TEXT, true, text);
  }

  private static WebSocketFrame part(int opcode, boolean last, String text) {
    return new WebSocketFrame(opcode, last, text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void read_fragmentsAroundAPing_areOneMessageAndAnswered() throws Exception {
    CompletableFuture<WebSocketFrame> pong = new CompletableFuture<>();
    CompletableFuture<String> head = new CompletableFuture<>();
    try (ScriptedServer server =
        ScriptedServer.start(peer -> {
          peer.upgrade();
          head.complete(peer.head());
          peer.send(text(WELCOME));
          peer.send(part(WebSocketFrame.TEXT, false, "{\"type\":\"data\",\"pay"));
          peer.send(part(WebSocketFrame.PING, true, "beat"));
          peer.send(part(WebSocketFrame.CONTINUATION, false, "load\":\"in "));
          peer.send(part(WebSocketFrame.CONTINUATION, true, "three\"}"));
          pong.complete(peer.readFrame());
          peer.readToEnd();
        })) {
      DevStay stay = begin(server, SOON);
      assertEquals("RM_1", stay.roomSid());
      assertEquals("data in three", heard.poll(20, TimeUnit.SECONDS));
      WebSocketFrame answer = pong.get(20, TimeUnit.SECONDS);
      assertEquals(WebSocketFrame.PONG, answer.opcode());
      assertEquals("beat", new String(answer.payload(), StandardCharsets.UTF_8));
      assertTrue(head.join().startsWith("GET /dev/join HTTP/1.1\r\n"), head.join());
      assertTrue(head.join().contains("Authorization: Bearer the-token\r\n"));
      stay.leave();
      stay.leave();
      assertThrows(RoomException.class, () -> stay.send(new byte[1], ""));
      assertTrue(heard.isEmpty(), heard.toString());
    }
  }

  @Test
  void begin_serverSilent_endsAtTheLimit() throws Exception {
    CompletableFuture<Boolean> left = new CompletableFuture<>();
    try (ScriptedServer server =
        ScriptedServer.start(peer -> {
          peer.upgrade();
          peer.readToEnd();
          left.complete(true);
        })) {
      RoomException e =
          assertThrows(RoomException.class, () -> begin(server, Duration.ofMillis(300)));
      assertTrue(String.valueOf(e.getMessage()).contains("no answer within 300 ms"), e.toString());
      assertTrue(left.get(20, TimeUnit.SECONDS), "the connection is given up");
      assertTrue(heard.isEmpty(), heard.toString());
    }
  }

  @Test
  void begin_interrupted_givesUp() throws Exception {
    try (ScriptedServer server = ScriptedServer.start(ScriptedServer.Peer::readToEnd)) {
      Thread.currentThread().interrupt();
      assertThrows(RoomException.class, () -> begin(server, SOON));
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void begin_refusedOrNobodyThere_saysWhy() throws Exception {
    try (ScriptedServer server = ScriptedServer.start(peer -> peer.refuse(503))) {
      RoomException refused = assertThrows(RoomException.class, () -> begin(server, SOON));
      assertTrue(String.valueOf(refused.getMessage()).contains("HTTP 503"), refused.toString());
      assertFalse(String.valueOf(refused.getMessage()).contains("the-token"), refused.toString());
    }
    URI nobody = URI.create("ws://127.0.0.1:1/dev/join");
    RoomException e =
        assertThrows(
            RoomException.class, () -> DevStay.begin(nobody, "the-token", new Ears(), SOON));
    assertTrue(String.valueOf(e.getMessage()).contains("connection refused"), e.toString());
  }

  @Test
  void begin_errorInsteadOfWelcome_isTheCause() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.start(peer -> {
          peer.upgrade();
          peer.send(text("{\"type\":\"error\",\"message\":\"the room is full\"}"));
          peer.readToEnd();
        })) {
      RoomException e = assertThrows(RoomException.class, () -> begin(server, SOON));
      assertTrue(String.valueOf(e.getMessage()).endsWith("the room is full"), e.toString());
    }
  }

  /** In a process of its own, because the loss is logged. */
  @Test
  void send_serverReadsNothing_failsInTime() throws Exception {
    CompletableFuture<Void> end = new CompletableFuture<>();
    try (ScriptedServer server =
            ScriptedServer.start(peer -> {
              peer.upgrade();
              peer.send(text(WELCOME));
              end.get(60, TimeUnit.SECONDS);
            });
        ChildUnderTest child = ChildUnderTest.agent(TestAgents.Flooder.class.getName()).toReady()) {
      child.startJob(ChildUnderTest.job("room", "", server.url(), JobStart.MEDIA_DEV));
      FromChild.Done done = child.await(FromChild.Done.class);
      assertFalse(done.success());
      // Not the reason: the agent's exception and the loss that it caused race for that.
      child.awaitOutput("the server took nothing");
      child.shutdown("job-done");
      assertEquals(0, child.awaitExit());
      end.complete(null);
    }
  }
}
