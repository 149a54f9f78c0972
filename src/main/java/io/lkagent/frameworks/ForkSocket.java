package io.lkagent.frameworks;

import io.lkagent.json.Json;
import io.lkagent.json.JsonException;
import io.lkagent.json.JsonObject;
import io.lkagent.log.Log;
import io.lkagent.time.Time;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The Unix socket to which a host connects the streams of the processes that it forks. A connection
 * whose first line does not name a process that is expected, in time, is closed.
 */
final class ForkSocket implements AutoCloseable {
  private static final Log log = Log.of(ForkSocket.class);
  private static final Duration FIRST_LINE = Duration.ofSeconds(5);
  private static final Duration REST = Duration.ofMillis(100);
  private static final int LONGEST_LINE = 256;
  private static final int BACKLOG = 1024;

  private final ServerSocketChannel server;
  private final Time time;
  private final Map<String, ForkStreams> expected = new ConcurrentHashMap<>();

  private ForkSocket(ServerSocketChannel server, Time time) {
    this.server = server;
    this.time = time;
  }

  static ForkSocket open(Path path, Time time) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(UnixDomainSocketAddress.of(path), BACKLOG);
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
    ForkSocket socket = new ForkSocket(server, time);
    Thread.ofVirtual().name("fork-socket").start(socket::accept);
    return socket;
  }

  /** From now on connections may name this process. */
  ForkStreams expect(String id) {
    return expected.computeIfAbsent(id, _ -> new ForkStreams());
  }

  /** The streams are their process's from now on. */
  void handOver(String id) {
    expected.remove(id);
  }

  /** The process is not wanted any more: it ends with its streams. */
  void disown(String id) {
    ForkStreams streams = expected.remove(id);
    if (streams != null) {
      streams.close();
    }
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel connection = server.accept();
        Thread reader = Thread.ofVirtual().name("fork-stream").start(() -> greet(connection));
        Thread.ofVirtual().name("fork-stream-limit").start(() -> limit(reader, connection));
      } catch (IOException e) {
        if (!server.isOpen()) {
          return;
        }
        // Out of file descriptors, for one: the fork that needs this is refused by its deadline.
        log.warn("cannot take a process's stream", "error", e.getMessage());
        time.sleep(REST);
      }
    }
  }

  private static void limit(Thread reader, SocketChannel connection) {
    try {
      if (!reader.join(FIRST_LINE)) {
        log.warn("a process's stream did not say whose it is");
        ForkStreams.close(connection);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void greet(SocketChannel connection) {
    boolean taken = false;
    try {
      ByteBuffer buffer = ByteBuffer.allocate(LONGEST_LINE);
      String line = line(connection, buffer);
      taken = line != null && add(Json.parseObject(line), connection, buffer);
    } catch (IOException | JsonException | IllegalArgumentException e) {
      log.warn("a stream that is none of a process's", "error", e.getMessage());
    } finally {
      if (!taken) {
        ForkStreams.close(connection);
      }
    }
  }

  /** The first line; what was read behind it stays in the buffer. */
  private static @Nullable String line(SocketChannel connection, ByteBuffer buffer)
      throws IOException {
    int looked = 0;
    while (buffer.hasRemaining() && connection.read(buffer) >= 0) {
      for (; looked < buffer.position(); looked++) {
        if (buffer.get(looked) == '\n') {
          byte[] line = new byte[looked];
          buffer.flip().get(line).get();
          return new String(line, StandardCharsets.UTF_8);
        }
      }
    }
    return null;
  }

  private boolean add(JsonObject line, SocketChannel connection, ByteBuffer read) {
    ForkStreams streams = expected.get(line.string("id"));
    String name = line.string("stream").toUpperCase(Locale.ROOT);
    return streams != null && streams.add(ForkStreams.Stream.valueOf(name), connection, read);
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      log.debug("closing the fork socket failed", "error", e.getMessage());
    }
    expected.keySet().forEach(this::disown);
  }
}
