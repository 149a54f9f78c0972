package io.lkagent.protocol;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** One attempt to open the agent WebSocket, with its failures told apart. */
final class Handshake {
  private static final int PROXY_AUTHENTICATION_REQUIRED = 407;
  private static final String TUNNEL_FAILED = "Tunnel failed";

  private final Endpoint endpoint;
  private final URI uri;
  private final Duration limit;

  Handshake(Endpoint endpoint, Duration limit) {
    this.endpoint = endpoint;
    this.uri = endpoint.agentUri();
    this.limit = limit;
  }

  /** Carries a {@link ConnectFailure} out of the attempt; never leaves the package. */
  static final class FailedException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient ConnectFailure failure;

    FailedException(ConnectFailure failure) {
      super(failure.message());
      this.failure = failure;
    }

    ConnectFailure failure() {
      return failure;
    }
  }

  HttpLink link() throws FailedException {
    try {
      return HttpLink.to(endpoint, limit);
    } catch (IOException e) {
      throw new FailedException(new ConnectFailure.TlsProblem(uri, String.valueOf(e.getMessage())));
    }
  }

  WebSocket open(HttpLink link, String token, WebSocket.Listener listener) throws FailedException {
    WebSocket.Builder builder =
        link.client()
            .newWebSocketBuilder()
            .connectTimeout(limit)
            .header("Authorization", "Bearer " + token);
    String proxyAuthorization = link.proxyAuthorization();
    if (proxyAuthorization != null) {
      builder.header("Proxy-Authorization", proxyAuthorization);
    }
    CompletableFuture<WebSocket> opening = builder.buildAsync(uri, listener);
    try {
      return opening.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      opening.cancel(true);
      throw new FailedException(timeout());
    } catch (InterruptedException e) {
      opening.cancel(true);
      Thread.currentThread().interrupt();
      throw new FailedException(new ConnectFailure.Unreachable(uri, "interrupted"));
    } catch (ExecutionException e) {
      throw new FailedException(classify(e));
    }
  }

  ConnectFailure timeout() {
    return new ConnectFailure.Timeout(uri, limit);
  }

  private ConnectFailure classify(Throwable thrown) {
    WebSocketHandshakeException refused =
        FailureDetail.find(thrown, WebSocketHandshakeException.class);
    if (refused != null && refused.getResponse() != null) {
      return byStatus(refused.getResponse().statusCode());
    }
    if (FailureDetail.find(thrown, HttpTimeoutException.class) != null) {
      return timeout();
    }
    String detail = FailureDetail.of(thrown);
    if (FailureDetail.find(thrown, SSLException.class) != null) {
      return new ConnectFailure.TlsProblem(uri, detail);
    }
    ProxySetting proxy = endpoint.proxy();
    // Before the tunnel stands only the proxy can fail; after it the failure is TLS or a status.
    return proxy != null
        ? new ConnectFailure.ProxyProblem(
            uri, proxy, detail.startsWith(TUNNEL_FAILED) ? refusal(detail) : detail)
        : new ConnectFailure.Unreachable(uri, detail);
  }

  private static String refusal(String detail) {
    return "it answered HTTP " + detail.replaceAll("\\D+", "");
  }

  private ConnectFailure byStatus(int status) {
    ProxySetting proxy = endpoint.proxy();
    if (proxy != null && status == PROXY_AUTHENTICATION_REQUIRED) {
      return new ConnectFailure.ProxyProblem(
          uri, proxy, "it wants a user and password (407): write http://user:password@host:port");
    }
    return status == 401 || status == 403
        ? new ConnectFailure.Unauthorized(uri, status, "refused")
        : new ConnectFailure.NotLiveKit(uri, status);
  }
}
