package io.lkagent.protocol;

import io.lkagent.time.Time;
import io.lkagent.websocket.Address;
import io.lkagent.websocket.Dial;
import io.lkagent.websocket.FailureDetail;
import io.lkagent.websocket.ResponseHead;
import io.lkagent.websocket.Tls;
import io.lkagent.websocket.Upgrade;
import io.lkagent.websocket.WebSocket;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/**
 * One attempt to open the agent WebSocket: TCP, the proxy's tunnel, TLS, the upgrade. Each step
 * knows what its failure means.
 */
final class Handshake {
  private static final int OK = 200;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int PROXY_AUTHENTICATION_REQUIRED = 407;

  private final Endpoint endpoint;
  private final URI uri;
  private final Duration limit;
  private final Address server;
  private final Dial dial = new Dial();

  Handshake(Endpoint endpoint, Duration limit) {
    this.endpoint = endpoint;
    this.uri = endpoint.agentUri();
    this.limit = limit;
    this.server = Address.of(uri);
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

  /** Opens it within the limit, all steps together. */
  WebSocket open(String token) throws FailedException {
    FutureTask<WebSocket> opening = new FutureTask<>(() -> steps(token));
    // Its own thread, because looking up a name cannot be given a limit.
    Thread.ofVirtual().name("livekit-handshake").start(opening);
    boolean open = false;
    try {
      WebSocket socket = opening.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      open = true;
      return socket;
    } catch (TimeoutException e) {
      throw new FailedException(new ConnectFailure.Timeout(uri, limit));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FailedException(new ConnectFailure.Unreachable(uri, "interrupted"));
    } catch (ExecutionException e) {
      FailedException failed = FailureDetail.find(e, FailedException.class);
      throw failed != null ? failed : unreachable(FailureDetail.of(e));
    } finally {
      if (!open) {
        dial.giveUp();
      }
    }
  }

  private WebSocket steps(String token) throws FailedException {
    SSLContext trust = endpoint.secure() ? trust() : null;
    ProxySetting proxy = endpoint.proxy();
    Socket raw;
    if (proxy == null) {
      try {
        raw = dial.to(server);
      } catch (IOException e) {
        throw unreachable(FailureDetail.of(e));
      }
    } else {
      raw = tunnel(proxy);
    }
    try {
      Socket top = trust == null ? raw : tls(raw, trust);
      return Upgrade.open(raw, top, uri, token, Upgrade.Check.ACCEPT);
    } catch (Upgrade.RefusedException e) {
      throw refused(e.answer());
    } catch (EOFException e) {
      throw unreachable("it closed the connection without an answer");
    } catch (IOException e) {
      throw unreachable(FailureDetail.of(e));
    }
  }

  private Socket tunnel(ProxySetting proxy) throws FailedException {
    try {
      Socket raw = dial.to(new Address(proxy.host(), proxy.port()));
      String target = uri.getHost() + ":" + server.port();
      String authorization = proxy.authorization();
      Upgrade.send(
          raw.getOutputStream(),
          "CONNECT " + target + " HTTP/1.1",
          "Host: " + target,
          authorization == null ? "" : "Proxy-Authorization: " + authorization);
      int status = ResponseHead.read(raw.getInputStream()).status();
      if (status == PROXY_AUTHENTICATION_REQUIRED) {
        throw refused(proxy, "it wants a user and password (407): http://user:password@host:port");
      }
      if (status != OK) {
        throw refused(proxy, "it answered HTTP " + status);
      }
      return raw;
    } catch (EOFException e) {
      throw refused(proxy, "it closed the connection without an answer");
    } catch (IOException e) {
      throw refused(proxy, FailureDetail.of(e));
    }
  }

  private FailedException refused(ProxySetting proxy, String detail) {
    return new FailedException(new ConnectFailure.ProxyProblem(uri, proxy, detail));
  }

  /** Before anything is connected, so that a broken file is told apart from a broken network. */
  private SSLContext trust() throws FailedException {
    try {
      return Tls.trusting(endpoint.trusted());
    } catch (IOException e) {
      throw new FailedException(new ConnectFailure.TlsProblem(uri, String.valueOf(e.getMessage())));
    }
  }

  private Socket tls(Socket raw, SSLContext trust) throws FailedException {
    try {
      return Tls.over(raw, server, trust);
    } catch (IOException e) {
      throw new FailedException(new ConnectFailure.TlsProblem(uri, FailureDetail.of(e)));
    }
  }

  private FailedException refused(ResponseHead answer) {
    int status = answer.status();
    if (status != UNAUTHORIZED && status != FORBIDDEN) {
      return new FailedException(new ConnectFailure.NotLiveKit(uri, status));
    }
    String skew = ClockSkew.words(answer.header("date"), Time.raw().wall());
    return new FailedException(new ConnectFailure.Unauthorized(uri, status, skew));
  }

  private FailedException unreachable(String detail) {
    return new FailedException(new ConnectFailure.Unreachable(uri, detail));
  }
}
