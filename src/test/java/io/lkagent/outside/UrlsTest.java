package io.lkagent.outside;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.api.AgentRequest;
import io.lkagent.api.Credentials;
import io.lkagent.api.LiveKitApi;
import io.lkagent.devserver.DevServerConfig;
import io.lkagent.protocol.Endpoint;
import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.Lkagent;
import io.lkagent.testing.ScriptedServer;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.TestCertificate;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every way to write the server's address leads there; what the server refuses is told. */
final class UrlsTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir Path folder;

  @Test
  void worker_byHttpWsSlashAndCapitals_servesRooms() {
    try (DevServerUnderTest server = DevServerUnderTest.start();
        Lkagent http = at(server, server.url().replace("ws:", "http:"), "http");
        Lkagent slash = at(server, server.url() + "/", "slash");
        Lkagent capitals = at(server, server.url().replace("ws:", "HTTP:") + "//", "capitals")) {
      ServerApi api = new ServerApi(server);
      Map<String, Lkagent> workers = Map.of("http", http, "slash", slash, "capitals", capitals);
      workers.forEach((name, worker) -> {
        worker.awaitLog("registered");
        api.createRoom(name, name);
        worker.awaitLog("the agent runs", "room_name", name);
      });
    }
  }

  @Test
  void worker_byHttpsAndWss_servesRooms() throws Exception {
    TestCertificate certificate = TestCertificate.in(folder);
    DevServerConfig config = DevServerConfig.defaults().withTls(certificate.pemFiles());
    String trusted = certificate.pem().toString();
    try (DevServerUnderTest server = new DevServerUnderTest(config);
        LiveKitApi api =
            new LiveKitApi(
                Endpoint.parse(server.url(), Map.of(), certificate.pem()),
                Credentials.of(server.key(), server.secret()),
                SOON);
        Lkagent wss = at(server, server.url(), "wss", "--ca-file", trusted);
        Lkagent https =
            at(
                server,
                server.url().replace("wss:", "https:") + "/",
                "https",
                "--ca-file",
                trusted);
        Lkagent trusting = at(server, server.url(), "trusting", "--max-retry", "0")) {
      for (var each : Map.of("wss", wss, "https", https).entrySet()) {
        each.getValue().awaitLog("registered");
        api.createRoom(
            each.getKey(),
            "",
            Duration.ZERO,
            Duration.ZERO,
            List.of(new AgentRequest(each.getKey(), "")));
        each.getValue().awaitLog("the agent runs", "room_name", each.getKey());
      }
      assertEquals(3, trusting.awaitExit(), trusting::said);
      assertTrue(trusting.stderr().contains("--ca-file"), trusting::said);
    }
  }

  @Test
  void worker_byAPath_asksBelowIt() throws Exception {
    CompletableFuture<String> asked = new CompletableFuture<>();
    try (ScriptedServer server =
            ScriptedServer.start(peer -> {
              peer.register();
              asked.complete(peer.head().lines().findFirst().orElse(""));
              peer.readToEnd();
            });
        Lkagent worker = at(server.url().replace("ws:", "http:") + "/live/kit/")) {
      worker.awaitLog("registered");
      assertEquals(
          "GET /live/kit/agent?protocol=1 HTTP/1.1", asked.get(SOON.toSeconds(), TimeUnit.SECONDS));
    }
  }

  @Test
  void worker_whoseClockIsOff_isToldSo() throws Exception {
    String date =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(
            ZonedDateTime.now(ZoneOffset.UTC).plusMinutes(90));
    try (ScriptedServer server =
            ScriptedServer.start(peer -> {
              peer.readHead();
              peer.answer(
                  "HTTP/1.1 401 Unauthorized\r\nDate: " + date + "\r\nContent-Length: 0\r\n\r\n");
              peer.readToEnd();
            });
        Lkagent worker = at(server.url())) {
      assertEquals(4, worker.awaitExit(), worker::said);
      List<String> errors =
          worker.stderr().lines().filter(line -> line.startsWith("lkagent: ")).toList();
      assertEquals(1, errors.size(), worker::said);
      assertTrue(errors.getFirst().matches(".*clock is 1h.* behind .*\\(NTP\\).*"), worker::said);
      worker.awaitNothingLeft(SOON);
    }
  }

  private Lkagent at(DevServerUnderTest server, String url, String name, String... more) {
    List<String> arguments = new java.util.ArrayList<>(List.of("--agent-name", name));
    arguments.addAll(List.of(more));
    return Lkagent.worker(
        folder, server, Map.of("LIVEKIT_URL", url), arguments.toArray(String[]::new));
  }

  private Lkagent at(String url) {
    Map<String, String> environment =
        Map.of("LIVEKIT_URL", url, "LIVEKIT_API_KEY", "key", "LIVEKIT_API_SECRET", "secret");
    return Lkagent.start(folder, environment, Lkagent.workerArguments());
  }
}
