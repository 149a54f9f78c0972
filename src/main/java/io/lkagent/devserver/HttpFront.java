package io.lkagent.devserver;

import com.google.protobuf.ByteString;
import io.helidon.common.tls.Tls;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.lkagent.log.Log;
import io.lkagent.time.Time;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.SSLContext;
import livekit.LivekitModels.ServerInfo;
import org.jspecify.annotations.Nullable;

/** The one port: routes HTTP requests and WebSocket upgrades, and says who is not let in. */
final class HttpFront implements AutoCloseable {
  /** An HTTP request of a verified caller, or of nobody, read to its end. */
  record Asked(@Nullable Caller caller, ServerRequest request, ByteString body) {}

  private interface Route {
    void handle(Asked asked, ServerResponse response);
  }

  /** Where to listen, and how. */
  record Address(String host, int port, @Nullable SSLContext tls) {}

  private static final Log log = Log.of(HttpFront.class);
  // Helidon tells every start and stop; a logger's level holds as long as somebody holds it.
  private static final Logger HELIDON = Logger.getLogger("io.helidon");

  private static final int MAX_BODY_BYTES = 10 << 20;
  private static final int MAX_SKIPPED_BYTES = 10 * MAX_BODY_BYTES;
  private static final int MAX_HEADER_BYTES = 1 << 20;
  private static final String AGENT = "/agent";
  private static final String JOIN = "/dev/join";

  private final ControlPlane plane;
  private final FaultState faults;
  private final ServerInfo serverInfo;
  private final Time time;
  private final Set<WebSocketLink> open = ConcurrentHashMap.newKeySet();
  private final Address address;
  private final WebServer server;

  HttpFront(
      ControlPlane plane,
      FaultState faults,
      FaultEndpoint faultEndpoint,
      ServerInfo serverInfo,
      Time time,
      Address address) {
    this.plane = plane;
    this.faults = faults;
    this.serverInfo = serverInfo;
    this.time = time;
    this.address = address;
    TwirpEndpoint twirp = new TwirpEndpoint(new TwirpService(plane, time), faults, time);
    HttpRouting.Builder routes =
        HttpRouting.builder()
            .any("/twirp/*", (req, res) -> route(req, res, twirp::handle))
            .any("/dev/faults", (req, res) -> route(req, res, faultEndpoint::handle))
            .any(AGENT, this::declined)
            .any(JOIN, this::declined)
            .any("/", (req, res) -> route(req, res, (asked, r) -> text(r, 200, "OK")))
            .any("/*", (req, res) -> route(req, res, HttpFront::notFound));
    HELIDON.setLevel(Level.WARNING);
    this.server = server(address, routes, selector());
  }

  private Http1ConnectionSelector selector() {
    return Http1ConnectionSelector.builder()
        .config(
            Http1Config.builder()
                .maxPrologueLength(MAX_HEADER_BYTES)
                .maxHeadersSize(MAX_HEADER_BYTES)
                .build())
        .addUpgrader(new WebSocketUpgrader(this::admit, open, time))
        .build();
  }

  private static WebServer server(
      Address address, HttpRouting.Builder routes, Http1ConnectionSelector selector) {
    WebServerConfig.Builder builder =
        WebServer.builder()
            .host(address.host())
            .port(address.port())
            .shutdownHook(false)
            .shutdownGracePeriod(Duration.ofMillis(100))
            .maxPayloadSize(MAX_SKIPPED_BYTES)
            .protocolsDiscoverServices(false)
            .addConnectionSelector(selector)
            .routing(routes);
    SSLContext tls = address.tls();
    if (tls != null) {
      builder.tls(Tls.builder().sslContext(tls).build());
    }
    return builder.build();
  }

  /** Starts to listen. Helidon only logs that it cannot, so the address is tried first. */
  HttpFront start() throws IOException {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(address.host(), address.port()));
    }
    server.start();
    if (!server.isRunning()) {
      throw new BindException("the address was taken just now");
    }
    return this;
  }

  int port() {
    return server.port();
  }

  private @Nullable WebSocketHandler admit(Request request) {
    if (faults.refusesUpgrades()) {
      return null;
    }
    try {
      Caller caller = request.caller(plane.tokens());
      if (caller == null) {
        return null;
      }
      if (request.path().equals(AGENT) && caller.agent()) {
        return new WorkerSession(plane, faults, serverInfo, time);
      }
      String room = caller.joinableRoom();
      if (request.path().equals(JOIN) && room != null) {
        return new JoinSession(plane, caller, room, time);
      }
    } catch (RefusedTokenException e) {
      log.debug("upgrade declined", "path", request.path(), "error", e.getMessage());
    }
    return null;
  }

  /** Says why a request for a WebSocket was not upgraded. */
  private void declined(ServerRequest request, ServerResponse response) {
    if (!request.headers().contains(HeaderNames.UPGRADE)) {
      route(request, response, HttpFront::notFound);
    } else if (faults.refusesUpgrades()) {
      text(response, 503, "upgrades are refused on demand");
    } else {
      route(request, response, (asked, r) -> text(r, 401, "no permissions to access the room"));
    }
  }

  private void route(ServerRequest request, ServerResponse response, Route route) {
    ByteString body;
    try {
      body = body(request);
    } catch (IOException e) {
      throw new CloseConnectionException("the request broke off", e);
    }
    if (body.size() > MAX_BODY_BYTES) {
      text(response, 413, "a request has at most " + MAX_BODY_BYTES + " bytes\n");
      return;
    }
    @Nullable Caller caller;
    try {
      caller = Request.of(request.prologue(), request.headers()).caller(plane.tokens());
    } catch (RefusedTokenException e) {
      text(response, 401, String.valueOf(e.getMessage()));
      return;
    }
    route.handle(new Asked(caller, request, body), response);
  }

  /**
   * Reads a request before anything is answered: who closes a connection that still carries bytes
   * resets it, and the caller never sees the answer.
   *
   * @return one byte more than allowed when there were more
   */
  private static ByteString body(ServerRequest request) throws IOException {
    if (!request.content().hasEntity()) {
      return ByteString.EMPTY;
    }
    try (InputStream in = request.content().inputStream()) {
      ByteString body = ByteString.copyFrom(in.readNBytes(MAX_BODY_BYTES + 1));
      in.skip(MAX_SKIPPED_BYTES);
      return body;
    }
  }

  private static void notFound(Asked asked, ServerResponse response) {
    text(response, 404, "404 page not found\n");
  }

  static void text(ServerResponse response, int status, String text) {
    response
        .status(status)
        .header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
        .send(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Cuts every connection and stops listening. */
  @Override
  public void close() {
    open.forEach(WebSocketLink::cut);
    server.stop();
  }
}
