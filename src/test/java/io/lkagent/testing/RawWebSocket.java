package io.lkagent.testing;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.ByteString;
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
  // The JDK's own client was seen to miss that a server dropped the connection.
  private static final OkHttpClient HTTP = client();

  private final LinkedBlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
  private final CompletableFuture<WebSocket> opened = new CompletableFuture<>();
  private final WebSocket socket;

  private RawWebSocket(OkHttpClient http, Request request) {
    this.socket = http.newWebSocket(request, new Listener());
  }

  private static OkHttpClient client() {
    ThreadFactory threads = Thread.ofPlatform().daemon().name("raw-websocket-", 0).factory();
    Dispatcher dispatcher = new Dispatcher(Executors.newCachedThreadPool(threads));
    dispatcher.setMaxRequests(10_000);
    return new OkHttpClient.Builder()
        .dispatcher(dispatcher)
        .connectTimeout(CONNECT_WITHIN)
        .readTimeout(Duration.ZERO)
        .build();
  }

  /** Connects with a bearer token; an empty one sends none. */
  public static RawWebSocket connect(String url, String token) throws UpgradeRefused {
    return connect(HTTP, url, token);
  }

  /** Connects over TLS to a server whose certificate {@code trust} knows. */
  public static RawWebSocket connect(SSLSocketFactory tls, X509TrustManager trust, String url)
      throws UpgradeRefused {
    return connect(HTTP.newBuilder().sslSocketFactory(tls, trust).build(), url, "");
  }

  private static RawWebSocket connect(OkHttpClient http, String url, String token)
      throws UpgradeRefused {
    Request.Builder request = new Request.Builder().url(url);
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    RawWebSocket connecting = new RawWebSocket(http, request.build());
    try {
      WebSocket _ = connecting.opened.get(CONNECT_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
      return connecting;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UpgradeRefused refused) {
        throw refused;
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
    socket.send(text);
  }

  public void send(byte[] bytes) {
    socket.send(ByteString.of(bytes));
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
    socket.close(1000, "");
  }

  /** Drops the connection without a close frame. */
  @Override
  public void close() {
    socket.cancel();
  }

  private final class Listener extends WebSocketListener {
    @Override
    public void onOpen(WebSocket ws, Response response) {
      opened.complete(ws);
    }

    @Override
    public void onMessage(WebSocket ws, String text) {
      frames.add(new Frame.Text(text));
    }

    @Override
    public void onMessage(WebSocket ws, ByteString bytes) {
      frames.add(new Frame.Binary(bytes.toByteArray()));
    }

    @Override
    public void onClosing(WebSocket ws, int code, String reason) {
      frames.add(new Frame.Ended(code));
      ws.close(1000, "");
    }

    @Override
    public void onFailure(WebSocket ws, Throwable failure, @Nullable Response response) {
      if (response != null) {
        opened.completeExceptionally(new UpgradeRefused(response.code(), failure));
      } else {
        opened.completeExceptionally(failure);
      }
      frames.add(new Frame.Ended(1006));
    }
  }
}
