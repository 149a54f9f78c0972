package io.lkagent.testing;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A plain WebSocket whose frames are read by blocking, with a deadline. */
public final class RawWebSocket implements AutoCloseable {
  /** What came in. */
  public sealed interface Frame {
    record Text(String text) implements Frame {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Binary(byte[] bytes) implements Frame {}

    /** The connection ended: with a close code, or dropped (1006). */
    record Ended(int code) implements Frame {}
  }

  /** The server answered the upgrade with this HTTP status. */
  public static final class UpgradeRefused extends Exception {
    private static final long serialVersionUID = 1L;
    private final int status;

    UpgradeRefused(int status, Throwable cause) {
      super("refused with " + status, cause);
      this.status = status;
    }

    public int status() {
      return status;
    }
  }

  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(10);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final LinkedBlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
  private final WebSocket socket;

  private RawWebSocket(WebSocket.Builder builder, URI uri)
      throws ExecutionException, InterruptedException, TimeoutException {
    this.socket =
        builder
            .buildAsync(uri, new Listener())
            .get(CONNECT_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Connects with a bearer token; an empty one sends none. */
  public static RawWebSocket connect(String url, String token) throws UpgradeRefused {
    return connect(HTTP, url, token);
  }

  /** Connects through a client of the caller's, which may trust a certificate of its own. */
  public static RawWebSocket connect(HttpClient http, String url, String token)
      throws UpgradeRefused {
    WebSocket.Builder builder = http.newWebSocketBuilder().connectTimeout(CONNECT_WITHIN);
    if (!token.isEmpty()) {
      builder.header("Authorization", "Bearer " + token);
    }
    try {
      return new RawWebSocket(builder, URI.create(url));
    } catch (ExecutionException e) {
      Throwable cause =
          e.getCause() instanceof CompletionException wrapped ? wrapped.getCause() : e.getCause();
      if (cause instanceof WebSocketHandshakeException refused) {
        throw new UpgradeRefused(refused.getResponse().statusCode(), e);
      }
      throw new AssertionError("cannot connect to " + url, e);
    } catch (TimeoutException e) {
      throw new AssertionError("no answer from " + url, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  public void send(String text) {
    finish(socket.sendText(text, true));
  }

  public void send(byte[] bytes) {
    finish(socket.sendBinary(ByteBuffer.wrap(bytes), true));
  }

  private static void finish(CompletableFuture<WebSocket> sent) {
    try {
      WebSocket _ = sent.get(CONNECT_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("cannot send", e);
    }
  }

  /** The next frame, or null when none comes within {@code limit}. */
  public @Nullable Frame poll(Duration limit) {
    try {
      return frames.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** The next frame, which must come within {@code limit}. */
  public Frame next(Duration limit) {
    Frame frame = poll(limit);
    return frame == null ? fail("nothing came within " + limit) : frame;
  }

  /** Says goodbye with a close frame. */
  public void closeNormally() {
    finish(socket.sendClose(WebSocket.NORMAL_CLOSURE, ""));
  }

  /** Drops the connection without a close frame. */
  @Override
  public void close() {
    socket.abort();
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();
    private final ByteArrayOutputStream binary = new ByteArrayOutputStream();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket ws, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        frames.add(new Frame.Text(text.toString()));
        text.setLength(0);
      }
      ws.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket ws, ByteBuffer data, boolean last) {
      byte[] part = new byte[data.remaining()];
      data.get(part);
      binary.writeBytes(part);
      if (last) {
        frames.add(new Frame.Binary(binary.toByteArray()));
        binary.reset();
      }
      ws.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket ws, int code, String reason) {
      frames.add(new Frame.Ended(code));
      return null;
    }

    @Override
    public void onError(WebSocket ws, Throwable error) {
      frames.add(new Frame.Ended(1006));
    }
  }
}
