package io.lkagent.protocol;

import io.lkagent.time.Time;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to open the agent WebSocket: TCP, the proxy's tunnel, TLS, the upgrade. Each step
 * knows what its failure means.
 */
final class Handshake {
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int SWITCHING_PROTOCOLS = 101;
  private static final int OK = 200;
  private static final int PROXY_AUTHENTICATION_REQUIRED = 407;

  private final Endpoint endpoint;
  private final URI uri;
  private final Duration limit;
  private final String host;
  private final int port;
  private @Nullable Socket current;
  private boolean abandoned;

  Handshake(Endpoint endpoint, Duration limit) {
    this.endpoint = endpoint;
    this.uri = endpoint.agentUri();
    this.limit = limit;
    this.host = uri.getHost().replaceAll("[\\[\\]]", "");
    this.port = Endpoint.portOf(uri);
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
  AgentSocket open(String token) throws FailedException {
    FutureTask<AgentSocket> opening = new FutureTask<>(() -> steps(token));
    // Its own thread, because looking up a name cannot be given a limit.
    Thread.ofVirtual().name("livekit-handshake").start(opening);
    boolean open = false;
    try {
      AgentSocket socket = opening.get(limit.toMillis(), TimeUnit.MILLISECONDS);
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
        abandon();
      }
    }
  }

  private AgentSocket steps(String token) throws FailedException {
    SSLContext trust = endpoint.secure() ? trust() : null;
    ProxySetting proxy = endpoint.proxy();
    Socket raw;
    if (proxy == null) {
      try {
        raw = connect(host, port);
      } catch (IOException e) {
        throw unreachable(FailureDetail.of(e));
      }
    } else {
      raw = tunnel(proxy);
    }
    try {
      Socket top = trust == null ? raw : tls(raw, trust);
      AgentSocket socket = new AgentSocket(raw, top.getInputStream(), top.getOutputStream());
      upgrade(socket.in(), top.getOutputStream(), token);
      return socket;
    } catch (EOFException e) {
      throw unreachable("it closed the connection without an answer");
    } catch (IOException | GeneralSecurityException e) {
      throw unreachable(FailureDetail.of(e));
    }
  }

  /** Tries each address of the name in turn. */
  private Socket connect(String name, int at) throws IOException {
    @Nullable IOException last = null;
    for (InetAddress address : InetAddress.getAllByName(name)) {
      Socket raw = attempt();
      try {
        raw.connect(new InetSocketAddress(address, at));
        raw.setTcpNoDelay(true);
        return raw;
      } catch (IOException e) {
        raw.close();
        last = e;
      }
    }
    throw last == null ? new IOException("the host name has no address") : last;
  }

  private synchronized Socket attempt() throws IOException {
    if (abandoned) {
      throw new IOException("given up");
    }
    current = new Socket();
    return current;
  }

  /** Closes what is open, so that the steps end. */
  private synchronized void abandon() {
    abandoned = true;
    if (current != null) {
      try {
        current.close();
      } catch (IOException e) {
        // It is gone, which was the purpose.
      }
    }
  }

  private Socket tunnel(ProxySetting proxy) throws FailedException {
    try {
      Socket raw = connect(proxy.host().replaceAll("[\\[\\]]", ""), proxy.port());
      String target = uri.getHost() + ":" + port;
      String authorization = proxy.authorization();
      send(
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
      return Trust.of(endpoint);
    } catch (IOException e) {
      throw new FailedException(new ConnectFailure.TlsProblem(uri, String.valueOf(e.getMessage())));
    }
  }

  private Socket tls(Socket raw, SSLContext trust) throws FailedException {
    try {
      SSLSocket socket = (SSLSocket) trust.getSocketFactory().createSocket(raw, host, port, true);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return socket;
    } catch (IOException e) {
      throw new FailedException(new ConnectFailure.TlsProblem(uri, FailureDetail.of(e)));
    }
  }

  private void upgrade(DataInputStream in, OutputStream out, String token)
      throws IOException, GeneralSecurityException, FailedException {
    byte[] nonce = new byte[16];
    new SecureRandom().nextBytes(nonce);
    String key = Base64.getEncoder().encodeToString(nonce);
    String authority = uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ":" + port;
    send(
        out,
        "GET " + uri.getRawPath() + "?" + uri.getRawQuery() + " HTTP/1.1",
        "Host: " + authority,
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: " + key,
        "Authorization: Bearer " + token);
    ResponseHead head = ResponseHead.read(in);
    if (head.status() == 401 || head.status() == 403) {
      String skew = ClockSkew.words(head.header("date"), Time.raw().wall());
      throw new FailedException(new ConnectFailure.Unauthorized(uri, head.status(), skew));
    }
    byte[] digest =
        MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
    String expected = Base64.getEncoder().encodeToString(digest);
    if (head.status() != SWITCHING_PROTOCOLS
        || !expected.equals(head.header("sec-websocket-accept"))) {
      throw new FailedException(new ConnectFailure.NotLiveKit(uri, head.status()));
    }
  }

  private static void send(OutputStream out, String... lines) throws IOException {
    StringBuilder head = new StringBuilder();
    for (String line : lines) {
      if (!line.isEmpty()) {
        head.append(line).append("\r\n");
      }
    }
    out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  private FailedException unreachable(String detail) {
    return new FailedException(new ConnectFailure.Unreachable(uri, detail));
  }
}
