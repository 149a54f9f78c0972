package io.lkagent.testing;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The real livekit-server 1.13.5, as a process on free ports of the loopback interface. */
public final class RealLiveKit implements ServerUnderTest {
  private static final String KEY = "devkey";
  private static final String SECRET = "secret-that-is-long-enough-for-livekit-server";
  private static final String BINARY = "livekit-server-1.13.5";
  private static final Duration READY_WITHIN = Duration.ofSeconds(30);

  private final HttpClient http = HttpClient.newHttpClient();
  private final Path folder;
  private final int port;
  private Process process;

  private RealLiveKit() throws IOException {
    this.folder = Files.createTempDirectory("livekit-server");
    this.port = freePort();
    Files.writeString(
        folder.resolve("config.yaml"),
        """
        port: %d
        bind_addresses: ["127.0.0.1"]
        rtc:
          tcp_port: %d
          udp_port: %d
          node_ip: 127.0.0.1
          use_external_ip: false
          interfaces: {includes: [lo]}
          enable_loopback_candidate: true
        keys:
          %s: %s
        """
            .formatted(port, freePort(), freePort(), KEY, SECRET));
    this.process = spawn();
  }

  /** Starts a server; it answers when this returns. */
  public static RealLiveKit start() {
    try {
      return new RealLiveKit();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path binary() {
    String tools =
        System.getProperty(
            "lkagent.test.tools", System.getProperty("user.home") + "/.cache/lkagent-tests");
    Path binary = Path.of(tools, BINARY);
    if (!Files.isExecutable(binary)) {
      fail(
          binary
              + " is missing: tests tagged \"livekit\" need the real server; build it with"
              + " src/test/tools/setup.sh, or name its folder with -Dtests.tools=DIR");
    }
    return binary;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private Process spawn() throws IOException {
    Process started =
        new ProcessBuilder(
                binary().toString(),
                "--config",
                folder.resolve("config.yaml").toString(),
                "--node-ip",
                "127.0.0.1")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
            .start();
    Eventually.eventually(
        READY_WITHIN,
        () -> "livekit-server does not answer; its log is " + log(),
        () -> !started.isAlive() || answers());
    if (!started.isAlive()) {
      fail("livekit-server ended at its start: " + Files.readString(log()));
    }
    return started;
  }

  private boolean answers() throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
            .timeout(Duration.ofSeconds(2))
            .build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString()).body().equals("OK");
    } catch (IOException e) {
      return false;
    }
  }

  /** What the server wrote so far, through all its restarts. */
  public Path log() {
    return folder.resolve("livekit-server.log");
  }

  @Override
  public String url() {
    return "ws://127.0.0.1:" + port;
  }

  @Override
  public String key() {
    return KEY;
  }

  @Override
  public String secret() {
    return SECRET;
  }

  @Override
  public void restart() {
    kill();
    try {
      process = spawn();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void kill() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        fail("livekit-server survived SIGKILL");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    kill();
    http.close();
    try {
      Files.deleteIfExists(log());
      Files.deleteIfExists(folder.resolve("config.yaml"));
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
