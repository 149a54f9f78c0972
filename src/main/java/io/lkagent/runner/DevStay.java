package io.lkagent.runner;

import io.lkagent.json.Json;
import io.lkagent.json.JsonException;
import io.lkagent.json.JsonObject;
import io.lkagent.sdk.RoomException;
import io.lkagent.websocket.Address;
import io.lkagent.websocket.Dial;
import io.lkagent.websocket.FailureDetail;
import io.lkagent.websocket.Messages;
import io.lkagent.websocket.Outbox;
import io.lkagent.websocket.Upgrade;
import io.lkagent.websocket.WebSocket;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One stay in one room of a dev server: its WebSocket, from the first byte to the end.
 *
 * <p>The thread {@code room reader} opens the connection and reads it; {@code room writer} comes
 * with the first message of the agent, so that sending can be given a limit. Platform threads: the
 * first virtual one brings a scheduler and a poller with it, which cost a process of one room more
 * than these two.
 */
final class DevStay implements RoomConnector.Link, Messages.Reader, Outbox.Owner, Runnable {
  private static final Duration SEND_LIMIT = Duration.ofSeconds(5);
  private static final Duration LEAVE_LIMIT = Duration.ofSeconds(1);

  private final URI uri;
  private final String token;
  private final RoomConnector.Events events;
  private final Dial dial = new Dial();
  private final CountDownLatch settled = new CountDownLatch(1);
  private final Thread reader = new Thread(this, "room reader");
  private volatile @Nullable WebSocket socket;
  private @Nullable Outbox outbox;
  private volatile @Nullable String sid;
  private volatile @Nullable String refusal;
  private volatile @Nullable String givenUpFor;
  private boolean over;

  private DevStay(URI uri, String token, RoomConnector.Events events) {
    this.uri = uri;
    this.token = token;
    this.events = events;
    reader.setDaemon(true);
  }

  /** Joins within the limit, name lookup, TLS and the server's welcome together. */
  static DevStay begin(URI uri, String token, RoomConnector.Events events, Duration limit)
      throws RoomException {
    DevStay stay = new DevStay(uri, token, events);
    stay.reader.start();
    String problem;
    try {
      boolean inTime = stay.settled.await(limit.toMillis(), TimeUnit.MILLISECONDS);
      problem = inTime ? stay.refusal : "no answer within " + limit.toMillis() + " ms";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      problem = "interrupted";
    }
    if (problem != null) {
      stay.abort();
      throw new RoomException("cannot join the room at " + uri + ": " + problem, null);
    }
    return stay;
  }

  @Override
  public void run() {
    String cause;
    try {
      WebSocket open = open();
      socket = open;
      Messages.Close close = new Messages(open, this).readAll();
      open.write(WebSocket.CLOSE, ByteBuffer.allocate(0));
      cause = "the server closed it with code " + close.code() + " " + close.reason();
    } catch (EOFException e) {
      cause = "the server closed it without a word";
    } catch (RoomException e) {
      cause = String.valueOf(e.getMessage());
    } catch (IOException e) {
      String known = givenUpFor;
      cause = known == null ? FailureDetail.of(e) : known;
    } catch (RuntimeException e) {
      ChildLog.of(DevStay.class).error("a defect: the room's connection is given up", e);
      cause = Failure.line(e);
    } finally {
      dial.giveUp();
    }
    lost(cause);
  }

  private WebSocket open() throws IOException {
    Address server = Address.of(uri);
    Socket raw = dial.to(server);
    Socket top = Address.secure(uri) ? TrustedCa.secure(raw, server) : raw;
    try {
      // The welcome that must follow shows better than any header who answers here.
      return Upgrade.open(raw, top, uri, token, Upgrade.Check.STATUS);
    } catch (Upgrade.RefusedException e) {
      throw new RoomException("the server answered HTTP " + e.answer().status(), null);
    }
  }

  /** Not in the room any more, or never. */
  private void lost(String cause) {
    if (settle(null, cause)) {
      return;
    }
    if (end()) {
      ChildLog.of(DevStay.class).warn("the connection to the room is lost", "cause", cause);
      events.closed(false, "connection-lost");
    }
  }

  /** Joined or refused; the first to say so counts. */
  private synchronized boolean settle(@Nullable String room, String cause) {
    if (settled.getCount() == 0) {
      return false;
    }
    sid = room;
    refusal = room == null ? cause : null;
    settled.countDown();
    return true;
  }

  /** True once: for whoever ends the stay. */
  private synchronized boolean end() {
    boolean first = !over;
    over = true;
    return first;
  }

  private synchronized boolean isOver() {
    return over;
  }

  @Override
  public void heard() {}

  @Override
  public void ping(byte[] payload) throws IOException {
    WebSocket open = socket;
    if (open != null) {
      open.write(WebSocket.PONG, ByteBuffer.wrap(payload));
    }
  }

  @Override
  public void message(int opcode, byte[] bytes) {
    if (opcode != WebSocket.TEXT) {
      return; // Of a later version.
    }
    try {
      receive(Json.parseObject(new String(bytes, StandardCharsets.UTF_8)));
    } catch (JsonException e) {
      ChildLog.of(DevStay.class).error("a frame of the dev server was skipped", e);
    }
  }

  private void receive(JsonObject frame) {
    switch (frame.string("type")) {
      case "joined" -> {
        DevFrames.others(frame, events);
        settle(frame.object("room").string("sid", ""), "");
      }
      case "participant_joined" ->
          events.joined(DevFrames.participant(frame.object("participant")));
      case "participant_left" -> events.left(DevFrames.participant(frame.object("participant")));
      case "data" -> events.received(DevFrames.data(frame));
      case "room_closed" -> sentOut("room-closed");
      case "removed" -> sentOut("participant-removed");
      case "error" -> refused(frame.string("message", ""));
      default -> {
        // Of a later version.
      }
    }
  }

  private void sentOut(String reason) {
    if (!settle(null, reason) && end()) {
      events.closed(true, reason);
    }
  }

  private void refused(String message) {
    if (!settle(null, message)) {
      ChildLog.of(DevStay.class).warn("the dev server complains", "error", message);
    }
  }

  @Override
  public String roomSid() {
    String known = sid;
    return known == null ? "" : known;
  }

  @Override
  public void send(byte[] payload, String topic) throws RoomException {
    if (isOver()) {
      throw new RoomException("not in the room any more", null);
    }
    // Payloads travel as text here; what is not UTF-8 arrives changed.
    String data = new String(payload, StandardCharsets.UTF_8);
    say(Json.write(Json.object("type", "data", "payload", data, "topic", topic)), SEND_LIMIT);
  }

  private void say(String frame, Duration limit) throws RoomException {
    try {
      writer()
          .offer(WebSocket.TEXT, frame.getBytes(StandardCharsets.UTF_8))
          .get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new RoomException("not sent: " + FailureDetail.of(e), e);
    } catch (TimeoutException e) {
      // What is half sent cannot be taken back, and nothing can be sent behind it.
      String cause = "the server took nothing for " + limit.toMillis() + " ms";
      givenUpFor = cause;
      dial.giveUp();
      throw new RoomException(cause, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RoomException("interrupted", e);
    }
  }

  private synchronized Outbox writer() throws RoomException {
    WebSocket open = socket;
    if (open == null) {
      throw new RoomException("not in the room", null);
    }
    Outbox known = outbox;
    if (known == null) {
      known = new Outbox(open, Thread.ofPlatform().daemon().name("room writer"), this);
      outbox = known;
    }
    return known;
  }

  /** The writer found out first; the reader says so to the agent. */
  @Override
  public IOException broken(IOException cause) {
    if (givenUpFor == null) {
      givenUpFor = FailureDetail.of(cause);
    }
    dial.giveUp();
    return cause;
  }

  @Override
  public void leave() {
    if (end() && socket != null) {
      try {
        say("{\"type\":\"leave\"}", LEAVE_LIMIT);
        // Its goodbye, behind which nothing that the agent has sent can get lost any more.
        reader.join(LEAVE_LIMIT);
      } catch (RoomException e) {
        // The end of the connection says the same.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    abort();
  }

  private void abort() {
    end();
    dial.giveUp();
    Outbox known;
    synchronized (this) {
      known = outbox;
    }
    if (known != null) {
      known.stop(new IOException("not in the room any more"));
    }
  }
}
