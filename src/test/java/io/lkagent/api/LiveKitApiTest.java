package io.lkagent.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.protocol.Endpoint;
import io.lkagent.testing.ScriptedServer;
import io.lkagent.testing.TestCertificate;
import io.lkagent.testing.TestProxy;
import io.lkagent.time.Time;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class LiveKitApiTest {
  private static final Credentials CREDENTIALS =
      Credentials.of("k", "a-secret-of-at-least-thirty-two-chars");

  @TempDir Path folder = Path.of("");

  private static LiveKitApi api(Endpoint endpoint) throws ApiException {
    return new LiveKitApi(endpoint, CREDENTIALS, Duration.ofSeconds(5));
  }

  private static ScriptedServer.Script answer(int status, String type, String body) {
    return peer -> {
      peer.readHead();
      peer.answer(
          String.join(
              "\r\n",
              "HTTP/1.1 " + status + " X",
              "Content-Type: " + type,
              "Content-Length: " + body.length(),
              "Connection: close",
              "",
              body));
      peer.readToEnd();
    };
  }

  private static <T extends ApiException> T failure(Class<T> type, int status, String body)
      throws Exception {
    try (ScriptedServer server = ScriptedServer.start(answer(status, "application/json", body));
        LiveKitApi api = api(Endpoint.of(server.url()))) {
      return assertThrows(type, () -> api.rooms(List.of()));
    }
  }

  @Test
  void call_twirpErrors_becomeTypes() throws Exception {
    assertEquals(
        404,
        failure(ApiException.NotFound.class, 404, "{\"code\":\"not_found\",\"msg\":\"gone\"}")
            .status());
    assertTrue(
        String.valueOf(
                failure(
                        ApiException.Unauthorized.class,
                        401,
                        "{\"code\":\"unauthenticated\",\"msg\":\"bad\"}")
                    .getMessage())
            .contains("LIVEKIT_API_SECRET"));
    assertEquals(
        "unavailable",
        failure(ApiException.Other.class, 503, "{\"code\":\"unavailable\",\"msg\":\"no\"}").code());
    failure(ApiException.Unauthorized.class, 401, "no JSON");
    failure(ApiException.Other.class, 502, "<html>");
    failure(ApiException.Other.class, 200, "not protobuf");
  }

  @Test
  void call_silentServer_timesOut() throws Exception {
    try (ScriptedServer server = ScriptedServer.start(ScriptedServer.Peer::readToEnd);
        LiveKitApi api =
            new LiveKitApi(Endpoint.of(server.url()), CREDENTIALS, Duration.ofMillis(300))) {
      long start = Time.raw().nanos();
      assertThrows(ApiException.Timeout.class, () -> api.rooms(List.of()));
      assertTrue(Time.raw().nanos() - start < Duration.ofSeconds(5).toNanos());
    }
  }

  @Test
  void call_bodyThatNeverEnds_timesOut() throws Exception {
    try (ScriptedServer server =
            ScriptedServer.start(peer -> {
              peer.readHead();
              peer.answer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx");
              peer.readToEnd();
            });
        LiveKitApi api =
            new LiveKitApi(Endpoint.of(server.url()), CREDENTIALS, Duration.ofMillis(300))) {
      assertThrows(ApiException.Timeout.class, () -> api.rooms(List.of()));
    }
  }

  @Test
  void call_nobodyListens_isUnreachable() throws Exception {
    try (LiveKitApi api = api(Endpoint.of("http://127.0.0.1:1"))) {
      ApiException.Unreachable failure =
          assertThrows(ApiException.Unreachable.class, () -> api.rooms(List.of()));
      assertTrue(String.valueOf(failure.getMessage()).contains("refused"), failure.getMessage());
    }
  }

  /** In its own JVM: there the JDK's HTTP client is loaded by nobody else before. */
  @Test
  void call_tlsThroughProxyWithCredentials_reachesTheServer() throws Exception {
    TestCertificate certificate = TestCertificate.in(folder);
    try (ScriptedServer server =
            ScriptedServer.start(certificate.server(), answer(200, "application/protobuf", ""));
        TestProxy proxy = TestProxy.to(server.port(), "ada:secret")) {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  ProxiedCall.class.getName(),
                  "http://ada:secret@127.0.0.1:" + proxy.port(),
                  certificate.pem().toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("out").toFile())
              .start();
      boolean ended = process.waitFor(30, TimeUnit.SECONDS);
      process.destroyForcibly();
      String output = Files.readString(folder.resolve("out"));
      assertTrue(ended && output.contains("rooms: []"), output);
      assertEquals(List.of("CONNECT livekit.test:443"), proxy.requests());
    }
  }

  @Test
  void call_plainThroughProxy_reachesTheServer() throws Exception {
    try (ScriptedServer server = ScriptedServer.start(answer(200, "application/protobuf", ""));
        TestProxy proxy = TestProxy.to(server.port(), "ada:secret");
        LiveKitApi api =
            api(Endpoint.parse("ws://livekit.test", proxy.environment("ada:secret@"), null));
        LiveKitApi refused =
            api(Endpoint.parse("ws://livekit.test", proxy.environment(""), null))) {
      assertEquals(List.of(), api.rooms(List.of()));
      assertThrows(ApiException.Unreachable.class, () -> refused.rooms(List.of()));
    }
  }

  @Test
  void call_untrustedCertificate_isUnreachableWithTheCause() throws Exception {
    TestCertificate certificate = TestCertificate.in(folder);
    try (ScriptedServer server =
            ScriptedServer.start(certificate.server(), answer(200, "application/protobuf", ""));
        LiveKitApi api = api(Endpoint.parse(server.url(), Map.of(), null))) {
      ApiException failure =
          assertThrows(ApiException.Unreachable.class, () -> api.rooms(List.of()));
      assertTrue(
          String.valueOf(failure.getMessage()).contains("certification path"),
          failure.getMessage());
    }
  }
}
