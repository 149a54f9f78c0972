package io.lkagent.testing;

import static org.junit.jupiter.api.Assertions.fail;

import com.google.protobuf.InvalidProtocolBufferException;
import io.lkagent.time.Time;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import livekit.LivekitAgent;
import org.jspecify.annotations.Nullable;

/**
 * A proxy in front of a LiveKit server (plain, not TLS) that records every frame of the agent
 * WebSocket with its time, and can cut, delay or drop. All other connections pass through as they
 * are.
 */
public final class RecordingProxy implements AutoCloseable {
  /** Which way a message went. */
  public enum Direction {
    TO_SERVER,
    TO_WORKER
  }

  /**
   * One thing seen on the wire.
   *
   * @param connection counts agent WebSockets from 1
   * @param nanos when it arrived, by {@code Time.raw().nanos()}
   * @param kind the protobuf case ({@code REGISTER}, {@code UPDATE_WORKER}, {@code ASSIGNMENT}, …),
   *     a control frame ({@code WS_PING}, {@code WS_PONG}, {@code CLOSE}), {@code TEXT}, {@code
   *     GARBAGE}, or {@code OPENED} and {@code GONE} for the connection itself, or {@code REFUSED}
   *     for one that did not come about (its number is 0)
   * @param worker the message, when it is one from the worker
   * @param server the message, when it is one from the server
   * @param dropped whether it was not handed on
   */
  public record Message(
      int connection,
      Direction direction,
      long nanos,
      String kind,
      LivekitAgent.@Nullable WorkerMessage worker,
      LivekitAgent.@Nullable ServerMessage server,
      boolean dropped) {
    @Override
    public String toString() {
      return "#" + connection + " " + direction + " " + kind + (dropped ? " (dropped)" : "");
    }
  }

  private final URI upstream;
  private final Sockets sockets;
  private final List<Message> messages = new CopyOnWriteArrayList<>();
  private final Set<Socket> agents = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private final Map<Direction, Duration> delays = new EnumMap<>(Direction.class);
  private final Map<Integer, DelayLine> toWorkers = new ConcurrentHashMap<>();
  private volatile Predicate<Message> dropped = message -> false;
  private volatile boolean refusing;

  private RecordingProxy(URI upstream, ServerSocket listener) {
    this.upstream = upstream;
    this.sockets = new Sockets(listener);
  }

  /** Starts one in front of {@code url} (http or ws). */
  public static RecordingProxy inFrontOf(String url) {
    try {
      ServerSocket listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
      RecordingProxy proxy = new RecordingProxy(URI.create(url), listener);
      proxy.sockets.serve("recording-proxy", proxy::serve);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String url() {
    return "ws://127.0.0.1:" + sockets.port();
  }

  public String httpUrl() {
    return "http://127.0.0.1:" + sockets.port();
  }

  /** What was seen so far, in order of arrival. */
  public List<Message> messages() {
    return List.copyOf(messages);
  }

  /** The kinds that went this way on the newest connection, or on the one given. */
  public List<String> kinds(Direction direction, int connection) {
    return messages.stream()
        .filter(m -> m.direction() == direction && m.connection() == connection)
        .map(Message::kind)
        .toList();
  }

  /** The first message that fits, seen already or within {@code limit}. */
  public Message awaitMessage(Predicate<Message> wanted, Duration limit) {
    long deadline = Time.raw().deadline(limit);
    synchronized (messages) {
      while (true) {
        for (Message message : messages) {
          if (wanted.test(message)) {
            return message;
          }
        }
        long left = (deadline - Time.raw().nanos()) / 1_000_000;
        if (left <= 0) {
          return fail("no such message within " + limit + "; seen: " + messages);
        }
        try {
          messages.wait(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return fail("interrupted; seen: " + messages);
        }
      }
    }
  }

  /** Breaks every connection that is open now, without a word. */
  public void cut() {
    sockets.cut();
  }

  /** Breaks the agent WebSockets alone; what job processes have open goes on. */
  public void cutWorkers() {
    agents.forEach(Sockets::closeQuietly);
  }

  /** Breaks every connection that is open now with a TCP reset. */
  public void reset() {
    for (Socket socket : sockets.open()) {
      try {
        socket.setSoLinger(true, 0);
      } catch (IOException e) {
        // It is closed already.
      }
      Sockets.closeQuietly(socket);
    }
  }

  /** Says goodbye to every worker in the server's name, with this close code. */
  public void sayGoodbye(int code) {
    byte[] payload = {(byte) (code >> 8), (byte) code};
    toWorkers.forEach((connection, line) -> {
      record(new Message(connection, Direction.TO_WORKER, now(), "CLOSE", null, null, false));
      line.put(new WebSocketFrame(WebSocketFrame.CLOSE, true, payload), false, now());
    });
  }

  /** Lets each message that goes this way arrive this much later, in order. */
  public void delay(Direction direction, Duration delay) {
    synchronized (delays) {
      delays.put(direction, delay);
    }
  }

  /** Records but does not hand on what fits; {@code m -> true} makes a half-open link. */
  public void drop(Predicate<Message> predicate) {
    dropped = predicate;
  }

  /** Whether new connections are closed once they have said what they want. */
  public void refuse(boolean refuse) {
    refusing = refuse;
  }

  @Override
  public void close() {
    sockets.close();
  }

  private void serve(Socket worker) {
    Socket server = new Socket();
    sockets.add(server);
    try {
      worker.setTcpNoDelay(true);
      String head = WebSocketFrame.readHead(worker.getInputStream());
      if (head.isEmpty()) {
        return;
      }
      if (refusing) {
        if (agent(head)) {
          record(new Message(0, Direction.TO_SERVER, now(), "REFUSED", null, null, false));
        }
        return;
      }
      server.connect(new java.net.InetSocketAddress(upstream.getHost(), upstream.getPort()), 5_000);
      server.setTcpNoDelay(true);
      relay(head, worker, server);
    } catch (IOException e) {
      // One side left; both are closed below.
    } finally {
      discard(worker);
      discard(server);
    }
  }

  private void relay(String head, Socket worker, Socket server) throws IOException {
    send(server, withoutExtensions(head));
    int connection = 0;
    if (agent(head)) {
      String answer = WebSocketFrame.readHead(server.getInputStream());
      send(worker, withoutExtensions(answer));
      if (answer.startsWith("HTTP/1.1 101")) {
        connection = connections.incrementAndGet();
        agents.addAll(Set.of(worker, server));
        record(new Message(connection, Direction.TO_SERVER, now(), "OPENED", null, null, false));
      }
    }
    int number = connection;
    Thread back =
        Thread.ofVirtual()
            .name("recording-proxy-back")
            .start(() -> pump(number, Direction.TO_WORKER, server, worker));
    pump(number, Direction.TO_SERVER, worker, server);
    try {
      back.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean agent(String head) {
    return head.toLowerCase(java.util.Locale.ROOT).matches("(?s)get [^ ]*/agent[?/ ].*");
  }

  /** Moves frames, or bytes when it is no agent WebSocket, until one side ends; then ends both. */
  private void pump(int connection, Direction direction, Socket from, Socket to) {
    try {
      if (connection == 0) {
        from.getInputStream().transferTo(to.getOutputStream());
        return;
      }
      try (DelayLine line = new DelayLine(to)) {
        if (direction == Direction.TO_WORKER) {
          toWorkers.put(connection, line);
        }
        while (true) {
          WebSocketFrame frame = WebSocketFrame.read(from.getInputStream());
          Message message = record(seen(connection, direction, frame));
          if (!message.dropped()) {
            line.put(frame, direction == Direction.TO_SERVER, now() + delay(direction).toNanos());
          }
        }
      }
    } catch (IOException e) {
      if (connection != 0) {
        record(new Message(connection, direction, now(), "GONE", null, null, false));
      }
    } finally {
      if (direction == Direction.TO_WORKER) {
        toWorkers.remove(connection);
      }
      discard(from);
      discard(to);
    }
  }

  private Duration delay(Direction direction) {
    synchronized (delays) {
      return delays.getOrDefault(direction, Duration.ZERO);
    }
  }

  private Message seen(int connection, Direction direction, WebSocketFrame frame) {
    Message message = decode(connection, direction, frame);
    return dropped.test(message)
        ? new Message(
            connection,
            direction,
            message.nanos(),
            message.kind(),
            message.worker(),
            message.server(),
            true)
        : message;
  }

  private static Message decode(int connection, Direction direction, WebSocketFrame frame) {
    String kind =
        switch (frame.opcode()) {
          case WebSocketFrame.TEXT -> "TEXT";
          case WebSocketFrame.CLOSE -> "CLOSE";
          case WebSocketFrame.PING -> "WS_PING";
          case WebSocketFrame.PONG -> "WS_PONG";
          default -> "GARBAGE";
        };
    if (frame.opcode() == WebSocketFrame.BINARY && frame.last()) {
      try {
        if (direction == Direction.TO_SERVER) {
          var body = LivekitAgent.WorkerMessage.parseFrom(frame.payload());
          return new Message(
              connection, direction, now(), body.getMessageCase().name(), body, null, false);
        }
        var body = LivekitAgent.ServerMessage.parseFrom(frame.payload());
        return new Message(
            connection, direction, now(), body.getMessageCase().name(), null, body, false);
      } catch (InvalidProtocolBufferException e) {
        // It stays garbage.
      }
    }
    return new Message(connection, direction, now(), kind, null, null, false);
  }

  private Message record(Message message) {
    synchronized (messages) {
      messages.add(message);
      messages.notifyAll();
    }
    return message;
  }

  private void discard(Socket socket) {
    sockets.discard(socket);
    agents.remove(socket);
  }

  private static long now() {
    return Time.raw().nanos();
  }

  private static String withoutExtensions(String head) {
    return head.replaceAll("(?i)\r\nSec-WebSocket-Extensions:[^\r]*", "");
  }

  private static void send(Socket to, String head) throws IOException {
    OutputStream out = to.getOutputStream();
    out.write(head.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }
}
