package io.lkagent.devserver;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.websocket.ClientWsFrame;
import io.helidon.websocket.WsCloseException;
import io.helidon.websocket.WsOpCode;
import io.lkagent.log.Log;
import io.lkagent.time.Time;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One WebSocket, from its upgrade to its end. Reads on the server's virtual thread, writes on one
 * of its own: {@link #send} only queues, and a peer that does not read is cut when its queue is
 * full.
 *
 * <p>Helidon's own WebSocket connection does not tell its listener when the peer just disappears,
 * and cannot end one without a close frame; both matter here.
 */
final class WebSocketLink implements ServerConnection {
  private static final Log log = Log.of(WebSocketLink.class);
  private static final int MAX_MESSAGE_BYTES = 2 << 20;
  private static final int MAX_QUEUED = 4096;
  private static final long MAX_QUEUED_BYTES = 64 << 20;
  private static final int NORMAL_CLOSURE = 1000;
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(2);

  /** A frame to be written, not before its time; a close frame is the last one. */
  private record Outgoing(WsOpCode code, BufferData frame, long notBefore) {}

  private final ConnectionContext context;
  private final WebSocketHandler handler;
  private final Set<WebSocketLink> open;
  private final Time time;
  private final BlockingQueue<Outgoing> queue = new LinkedBlockingQueue<>(MAX_QUEUED);
  private final AtomicLong queuedBytes = new AtomicLong();
  private final AtomicBoolean cut = new AtomicBoolean();
  private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
  private WsOpCode partialCode = WsOpCode.BINARY;
  private volatile boolean closing;

  WebSocketLink(
      ConnectionContext context, WebSocketHandler handler, Set<WebSocketLink> open, Time time) {
    this.context = context;
    this.handler = handler;
    this.open = open;
    this.time = time;
  }

  void send(byte[] message, Duration delay) {
    enqueue(WsOpCode.BINARY, message, delay);
  }

  void send(String message, Duration delay) {
    enqueue(WsOpCode.TEXT, message.getBytes(StandardCharsets.UTF_8), delay);
  }

  void ping() {
    enqueue(WsOpCode.PING, new byte[0], Duration.ZERO);
  }

  /** Says goodbye with a close frame behind everything that was queued. */
  void closeNormally() {
    enqueue(WsOpCode.CLOSE, closePayload(NORMAL_CLOSURE), Duration.ZERO);
    closing = true;
  }

  /** Ends the connection at once, without a close frame. */
  void cut() {
    if (cut.compareAndSet(false, true)) {
      queue.clear();
      // On a thread of its own: closing a TLS socket may wait for a writer that the peer stalls.
      Thread.ofVirtual().name("cut").start(() -> context.serverSocket().close());
    }
  }

  @Override
  public void handle(Limit limit) {
    open.add(this);
    Thread writer =
        Thread.ofVirtual().name(Thread.currentThread().getName() + " writer").start(this::write);
    try {
      handler.opened(this);
      while (!cut.get()) {
        receive(ClientWsFrame.read(context, context.dataReader(), MAX_MESSAGE_BYTES));
      }
    } catch (DataReader.InsufficientDataAvailableException
        | WsCloseException
        | UncheckedIOException e) {
      throw new CloseConnectionException("the peer is gone", e);
    } finally {
      open.remove(this);
      cut();
      writer.interrupt();
      handler.gone();
    }
  }

  private void receive(ClientWsFrame frame) {
    byte[] payload = frame.payloadData().readBytes();
    switch (frame.opCode()) {
      case TEXT, BINARY -> {
        partial.reset();
        partialCode = frame.opCode();
        append(payload, frame.fin());
      }
      case CONTINUATION -> append(payload, frame.fin());
      case PING -> enqueue(WsOpCode.PONG, payload, Duration.ZERO);
      case PONG -> {}
      case CLOSE -> {
        if (!closing) {
          enqueue(WsOpCode.CLOSE, payload, Duration.ZERO);
          flush();
        }
        throw new CloseConnectionException("closed by the peer");
      }
    }
  }

  private void append(byte[] payload, boolean last) {
    partial.writeBytes(payload);
    if (partial.size() > MAX_MESSAGE_BYTES) {
      throw new CloseConnectionException("a message larger than " + MAX_MESSAGE_BYTES + " bytes");
    }
    if (!last || closing) {
      return;
    }
    if (partialCode == WsOpCode.TEXT) {
      handler.text(partial.toString(StandardCharsets.UTF_8));
    } else {
      handler.binary(partial.toByteArray());
    }
  }

  private void enqueue(WsOpCode code, byte[] payload, Duration delay) {
    if (cut.get() || closing) {
      return;
    }
    Outgoing frame = new Outgoing(code, encode(code, payload), time.deadline(delay));
    boolean fits = queuedBytes.addAndGet(frame.frame().available()) <= MAX_QUEUED_BYTES;
    if (!fits || !queue.offer(frame)) {
      log.warn("a connection is cut, its peer does not read");
      cut();
    }
  }

  private void write() {
    try {
      while (!cut.get()) {
        Outgoing next = queue.take();
        queuedBytes.addAndGet(-next.frame().available());
        long wait = next.notBefore() - time.nanos();
        if (wait > 0) {
          time.sleep(Duration.ofNanos(wait));
        }
        if (cut.get()) {
          return;
        }
        context.dataWriter().writeNow(next.frame());
        if (next.code() == WsOpCode.CLOSE) {
          time.sleep(CLOSE_WAIT);
          cut();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      cut();
    }
  }

  /** Lets the writer answer a close frame before the socket goes. */
  private void flush() {
    long deadline = time.deadline(CLOSE_WAIT);
    while (!queue.isEmpty() && !cut.get() && time.nanos() < deadline) {
      time.sleep(Duration.ofMillis(1));
    }
  }

  private static BufferData encode(WsOpCode code, byte[] payload) {
    int length = payload.length;
    BufferData out = BufferData.create(length + 10);
    out.write(0x80 | code.code());
    if (length < 126) {
      out.write(length);
    } else if (length < 1 << 16) {
      out.write(126);
      out.writeInt16(length);
    } else {
      out.write(127);
      out.writeInt32(0);
      out.writeInt32(length);
    }
    out.write(payload);
    return out;
  }

  private static byte[] closePayload(int code) {
    return new byte[] {(byte) (code >> 8), (byte) code};
  }

  @Override
  public Duration idleTime() {
    // A quiet worker is no reason to close its connection.
    return Duration.ZERO;
  }

  @Override
  public void close(boolean interrupt) {
    cut();
  }
}
