package io.lkagent.devserver;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpPrologue;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.spi.Http1Upgrader;
import io.helidon.webserver.spi.ServerConnection;
import io.lkagent.time.Time;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns an HTTP/1.1 request into a {@link WebSocketLink} when its path and token allow it; what it
 * declines goes on to the HTTP routes, which say why.
 */
final class WebSocketUpgrader implements Http1Upgrader {
  /** Finds who serves an upgrade request; null declines it. */
  interface Doorkeeper {
    @Nullable WebSocketHandler admit(Request request);
  }

  private static final HeaderName KEY = HeaderNames.create("Sec-WebSocket-Key");
  private static final String KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private final Doorkeeper doorkeeper;
  private final Set<WebSocketLink> open;
  private final Time time;

  WebSocketUpgrader(Doorkeeper doorkeeper, Set<WebSocketLink> open, Time time) {
    this.doorkeeper = doorkeeper;
    this.open = open;
    this.time = time;
  }

  @Override
  public String supportedProtocol() {
    return "websocket";
  }

  @Override
  // Helidon's contract is null for "not upgraded", and its interface is not annotated.
  @SuppressWarnings("NullAway")
  public ServerConnection upgrade(
      ConnectionContext context, HttpPrologue prologue, WritableHeaders<?> headers) {
    if (!headers.contains(KEY)) {
      return null;
    }
    WebSocketHandler handler = doorkeeper.admit(Request.of(prologue, headers));
    if (handler == null) {
      return null;
    }
    String answer =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Accept: "
            + accept(headers.get(KEY).get())
            + "\r\n\r\n";
    context.dataWriter().writeNow(BufferData.create(answer.getBytes(StandardCharsets.US_ASCII)));
    return new WebSocketLink(context, handler, open, time);
  }

  private static String accept(String key) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1")
              .digest((key + KEY_SUFFIX).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }
}
