package io.lkagent.testing;

import io.lkagent.time.Time;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy that knows CONNECT and plain requests, may want Basic credentials, and leads every
 * target to one port of this machine, whatever its name.
 */
public final class TestProxy implements AutoCloseable {
  private final Sockets sockets;
  private final int target;
  private final @Nullable String credentials;
  private final List<String> requests = new CopyOnWriteArrayList<>();

  private TestProxy(ServerSocket listener, int target, @Nullable String credentials) {
    this.sockets = new Sockets(listener);
    this.target = target;
    this.credentials = credentials;
  }

  /** Leads everything to {@code target}; {@code credentials} are {@code user:password}. */
  public static TestProxy to(int target, @Nullable String credentials) throws IOException {
    ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    TestProxy proxy = new TestProxy(listener, target, credentials);
    proxy.sockets.serve("test-proxy", proxy::serve);
    return proxy;
  }

  public int port() {
    return sockets.port();
  }

  /** The variables that make a program use it; {@code userInfo} like {@code user:password@}. */
  public Map<String, String> environment(String userInfo) {
    String url = "http://" + userInfo + "127.0.0.1:" + port();
    return Map.of("HTTP_PROXY", url, "HTTPS_PROXY", url);
  }

  /** The first line of each request that was let through, such as {@code CONNECT host:443}. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  @Override
  public void close() {
    sockets.close();
  }

  private void serve(Socket client) {
    try (client;
        Socket server = new Socket()) {
      sockets.add(server);
      String head = WebSocketFrame.readHead(client.getInputStream());
      if (!authorized(head)) {
        answer(
            client,
            String.join(
                "\r\n",
                "HTTP/1.1 407 Proxy Authentication Required",
                "Proxy-Authenticate: Basic realm=\"test\"",
                "Content-Length: 0",
                "",
                ""));
        // The client reads the answer before the connection is reset.
        Time.raw().sleep(Duration.ofMillis(100));
        return;
      }
      requests.add(head.lines().findFirst().orElse("").replace(" HTTP/1.1", ""));
      server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), 5_000);
      if (head.startsWith("CONNECT ")) {
        answer(client, "HTTP/1.1 200 OK\r\n\r\n");
      } else {
        answer(server, head.replaceFirst(" http://[^/ ]*", " "));
      }
      Thread back = Thread.ofVirtual().start(() -> pump(server, client));
      pump(client, server);
      back.join(Duration.ofSeconds(5));
    } catch (IOException e) {
      // One side left.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean authorized(String head) {
    if (credentials == null) {
      return true;
    }
    String basic = Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
    return head.contains("Proxy-Authorization: Basic " + basic + "\r\n");
  }

  private static void pump(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // One side left.
    }
  }

  private static void answer(Socket to, String text) throws IOException {
    to.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    to.getOutputStream().flush();
  }
}
