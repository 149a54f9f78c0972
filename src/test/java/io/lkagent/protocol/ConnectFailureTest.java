package io.lkagent.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.ScriptedServer;
import io.lkagent.testing.TestCertificate;
import io.lkagent.testing.TestProxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class ConnectFailureTest {
  @TempDir Path folder = Path.of("");

  private static void stay(ScriptedServer.Peer peer) throws Exception {
    peer.register();
    peer.readToEnd();
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void open_refused_isUnauthorized(int status) throws Exception {
    try (ScriptedServer server = ScriptedServer.start(peer -> peer.refuse(status));
        Attempt attempt = Attempt.at(Endpoint.of(server.url()))) {
      ConnectFailure.Unauthorized failure = attempt.failure(ConnectFailure.Unauthorized.class);
      assertEquals(status, failure.status());
      assertTrue(failure.message().contains("LIVEKIT_API_KEY"), failure.message());
    }
  }

  @Test
  void open_unreadableCredentials_isUnauthorizedWithTheCause() {
    try (Attempt attempt =
        Attempt.with(
            Endpoint.of("ws://127.0.0.1:1"),
            () -> {
              throw new IllegalStateException("no secret in /x");
            })) {
      assertTrue(
          attempt.failure(ConnectFailure.Unauthorized.class).message().contains("no secret in /x"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 404, 500, 502})
  void open_otherStatus_isNotLiveKit(int status) throws Exception {
    try (ScriptedServer server = ScriptedServer.start(peer -> peer.refuse(status));
        Attempt attempt = Attempt.at(Endpoint.of(server.url()))) {
      assertEquals(status, attempt.failure(ConnectFailure.NotLiveKit.class).status());
    }
  }

  @Test
  void open_nobodyListens_isUnreachable() {
    try (Attempt attempt = Attempt.at(Endpoint.of("ws://127.0.0.1:1"))) {
      String message = attempt.failure(ConnectFailure.Unreachable.class).message();
      assertTrue(message.contains("ws://127.0.0.1:1/agent"), message);
      assertTrue(message.contains("refused"), message);
    }
  }

  @Test
  void open_unknownHost_saysSo() {
    try (Attempt attempt = Attempt.at(Endpoint.of("ws://nowhere.invalid:7880"))) {
      String message = attempt.failure(ConnectFailure.Unreachable.class).message();
      assertTrue(message.contains("host name is unknown"), message);
    }
  }

  @Test
  void open_notHttp_isUnreachable() throws Exception {
    try (ScriptedServer server =
            ScriptedServer.start(peer -> {
              peer.readHead();
              peer.answer("SSH-2.0-OpenSSH_9\r\n\r\n");
            });
        Attempt attempt = Attempt.at(Endpoint.of(server.url()))) {
      attempt.failure(ConnectFailure.Unreachable.class);
    }
  }

  @Test
  void open_droppedBeforeRegistered_isUnreachableAndNoEnd() throws Exception {
    try (ScriptedServer server =
            ScriptedServer.start(peer -> {
              peer.upgrade();
              peer.readMessage();
            });
        Attempt attempt = Attempt.at(Endpoint.of(server.url()))) {
      String message = attempt.failure(ConnectFailure.Unreachable.class).message();
      assertTrue(message.contains("before the registration"), message);
      assertEquals(List.of(), attempt.ends);
    }
  }

  @Test
  void open_slowHandshake_timesOut() throws Exception {
    try (ScriptedServer server = ScriptedServer.start(ScriptedServer.Peer::readToEnd);
        Attempt attempt = Attempt.limited(Endpoint.of(server.url()), Duration.ofMillis(300))) {
      assertEquals(Duration.ofMillis(300), attempt.failure(ConnectFailure.Timeout.class).after());
    }
  }

  @Test
  void tls_ownAuthority_connects() throws Exception {
    TestCertificate certificate = TestCertificate.in(folder);
    try (ScriptedServer server =
            ScriptedServer.start(certificate.server(), ConnectFailureTest::stay);
        Attempt attempt = Attempt.at(Endpoint.parse(server.url(), Map.of(), certificate.pem()))) {
      attempt.connection();
    }
  }

  @Test
  void tls_unknownAuthority_namesTheRemedy() throws Exception {
    TestCertificate certificate = TestCertificate.in(folder);
    try (ScriptedServer server =
            ScriptedServer.start(certificate.server(), ConnectFailureTest::stay);
        Attempt attempt = Attempt.at(Endpoint.of(server.url()))) {
      String message = attempt.failure(ConnectFailure.TlsProblem.class).message();
      assertTrue(message.contains("PEM file"), message);
      assertTrue(message.contains("certification path"), message);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"+1d", "-9d"})
  void tls_certificateOfAnotherTime_namesTheClock(String start) throws Exception {
    TestCertificate certificate = TestCertificate.startingAt(folder, start);
    try (ScriptedServer server =
            ScriptedServer.start(certificate.server(), ConnectFailureTest::stay);
        Attempt attempt = Attempt.at(Endpoint.parse(server.url(), Map.of(), certificate.pem()))) {
      String message = attempt.failure(ConnectFailure.TlsProblem.class).message();
      assertTrue(message.contains("clock"), message);
    }
  }

  @Test
  void tls_plainServer_isATlsProblem() throws Exception {
    try (ScriptedServer server =
            ScriptedServer.start(peer -> peer.answer("HTTP/1.1 400 Bad Request\r\n\r\n"));
        Attempt attempt = Attempt.at(Endpoint.of("wss://127.0.0.1:" + server.port()))) {
      attempt.failure(ConnectFailure.TlsProblem.class);
    }
  }

  @Test
  void tls_brokenPem_namesTheFile() throws Exception {
    Path pem = Files.writeString(folder.resolve("broken.pem"), "nothing");
    try (Attempt attempt = Attempt.at(Endpoint.parse("wss://127.0.0.1:1", Map.of(), pem))) {
      assertTrue(attempt.failure(ConnectFailure.TlsProblem.class).message().contains("broken.pem"));
    }
  }

  @Test
  void proxy_plainAndTls_tunnelByName() throws Exception {
    TestCertificate certificate = TestCertificate.in(folder);
    try (ScriptedServer plain = ScriptedServer.start(ConnectFailureTest::stay);
        ScriptedServer secure =
            ScriptedServer.start(certificate.server(), ConnectFailureTest::stay);
        TestProxy toPlain = TestProxy.to(plain.port(), null);
        TestProxy toSecure = TestProxy.to(secure.port(), null);
        Attempt first =
            Attempt.at(Endpoint.parse("ws://livekit.test:7880", toPlain.environment(""), null));
        Attempt second =
            Attempt.at(
                Endpoint.parse(
                    "wss://livekit.test", toSecure.environment(""), certificate.pem()))) {
      first.connection();
      second.connection();
      assertEquals(List.of("CONNECT livekit.test:7880"), toPlain.requests());
      assertEquals(List.of("CONNECT livekit.test:443"), toSecure.requests());
    }
  }

  @Test
  void proxy_withCredentials_tunnels() throws Exception {
    TestCertificate certificate = TestCertificate.in(folder);
    try (ScriptedServer server =
            ScriptedServer.start(certificate.server(), ConnectFailureTest::stay);
        TestProxy proxy = TestProxy.to(server.port(), "ada:p@ss word");
        Attempt attempt =
            Attempt.at(
                Endpoint.parse(
                    "wss://livekit.test",
                    proxy.environment("ada:p%40ss%20word@"),
                    certificate.pem()))) {
      attempt.connection();
    }
  }

  @Test
  void proxy_noProxy_goesAround() throws Exception {
    try (ScriptedServer server = ScriptedServer.start(ConnectFailureTest::stay);
        Attempt attempt =
            Attempt.at(
                Endpoint.parse(
                    server.url(),
                    Map.of("HTTP_PROXY", "http://127.0.0.1:1", "NO_PROXY", "127.0.0.1"),
                    null))) {
      attempt.connection();
    }
  }

  @Test
  void tls_otherHostName_isATlsProblem() throws Exception {
    TestCertificate certificate = TestCertificate.in(folder);
    try (ScriptedServer server =
            ScriptedServer.start(certificate.server(), ConnectFailureTest::stay);
        TestProxy proxy = TestProxy.to(server.port(), null);
        Attempt attempt =
            Attempt.at(
                Endpoint.parse("wss://other.example", proxy.environment(""), certificate.pem()))) {
      attempt.failure(ConnectFailure.TlsProblem.class);
    }
  }

  @Test
  void proxy_wantsCredentials_isAProxyProblem() throws Exception {
    try (TestProxy proxy = TestProxy.to(1, "ada:secret");
        Attempt attempt =
            Attempt.at(
                Endpoint.parse("ws://livekit.test", proxy.environment("ada:wrong@"), null))) {
      String message = attempt.failure(ConnectFailure.ProxyProblem.class).message();
      assertTrue(message.contains("407"), message);
      assertFalse(message.contains("wrong"), message);
    }
  }

  @Test
  void proxy_down_isAProxyProblem() {
    try (Attempt attempt =
        Attempt.at(
            new Endpoint(
                URI.create("ws://livekit.test"),
                new ProxySetting("127.0.0.1", 1, null, null),
                null))) {
      String message = attempt.failure(ConnectFailure.ProxyProblem.class).message();
      assertTrue(message.contains("127.0.0.1:1 "), message);
    }
  }
}
