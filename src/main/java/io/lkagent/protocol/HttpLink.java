package io.lkagent.protocol;

import io.lkagent.websocket.Tls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP client that reaches one endpoint, through its proxy and with its certificates; closing it
 * ends its threads.
 */
public final class HttpLink implements AutoCloseable {
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(2);
  private static final String TUNNEL_SCHEMES = "jdk.http.auth.tunneling.disabledSchemes";

  static {
    // The JDK drops Basic credentials for CONNECT unless told otherwise before its HTTP client is
    // loaded; this class is the only one in lkagent that makes such a client.
    if (System.getProperty(TUNNEL_SCHEMES) == null) {
      System.setProperty(TUNNEL_SCHEMES, "");
    }
  }

  private final HttpClient client;
  private final ExecutorService threads;
  private final @Nullable ProxySetting proxy;

  private HttpLink(HttpClient client, ExecutorService threads, @Nullable ProxySetting proxy) {
    this.client = client;
    this.threads = threads;
    this.proxy = proxy;
  }

  /**
   * Makes a client; nothing is connected yet.
   *
   * @throws IOException when the endpoint's certificates cannot be read
   */
  public static HttpLink to(Endpoint endpoint, Duration connectTimeout) throws IOException {
    ProxySetting proxy = endpoint.proxy();
    ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("livekit-", 0).factory());
    boolean made = false;
    try {
      HttpClient.Builder builder =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .connectTimeout(connectTimeout)
              .executor(threads)
              .proxy(new FixedProxy(proxy));
      if (endpoint.secure()) {
        builder.sslContext(Tls.trusting(endpoint.trusted()));
      }
      HttpLink link = new HttpLink(builder.build(), threads, proxy);
      made = true;
      return link;
    } finally {
      if (!made) {
        threads.shutdownNow();
      }
    }
  }

  public HttpClient client() {
    return client;
  }

  /** The value for the {@code Proxy-Authorization} header, if the proxy wants one. */
  public @Nullable String proxyAuthorization() {
    return proxy == null ? null : proxy.authorization();
  }

  @Override
  public void close() {
    client.shutdownNow();
    threads.shutdownNow();
    try {
      client.awaitTermination(CLOSE_WAIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Always the same proxy, or none, whatever the JVM's own properties say. */
  private static final class FixedProxy extends ProxySelector {
    private final List<Proxy> proxies;

    FixedProxy(@Nullable ProxySetting proxy) {
      this.proxies =
          List.of(
              proxy == null
                  ? Proxy.NO_PROXY
                  : new Proxy(Proxy.Type.HTTP, new InetSocketAddress(proxy.host(), proxy.port())));
    }

    @Override
    public List<Proxy> select(URI uri) {
      return proxies;
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
  }
}
