package io.lkagent.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.util.Set;

/** Who asks. */
final class Caller {
  private static final Set<String> LOCAL_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

  private Caller() {}

  /**
   * True when the caller sits on this machine: by its address, not through a proxy that happens to
   * run here, and not from a web page whose host name was pointed at the loopback address.
   */
  static boolean isLocal(HttpExchange exchange) {
    Headers headers = exchange.getRequestHeaders();
    return exchange.getRemoteAddress().getAddress().isLoopbackAddress()
        && !headers.containsKey("Forwarded")
        && !headers.containsKey("X-Forwarded-For")
        && named(headers.getFirst("Host"));
  }

  private static boolean named(@org.jspecify.annotations.Nullable String host) {
    return host != null && LOCAL_NAMES.contains(host.replaceFirst(":\\d+$", ""));
  }
}
