package io.lkagent.websocket;

import java.net.URI;

/**
 * A host, by name or number, and a port.
 *
 * @param host without the brackets that a URL has around an IPv6 number
 */
public record Address(String host, int port) {
  private static final int HTTP = 80;
  private static final int HTTPS = 443;

  public Address {
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
  }

  /** The server of a URL that has a host. */
  public static Address of(URI uri) {
    return new Address(uri.getHost(), portOf(uri));
  }

  /** The port of a URL, or its scheme's. */
  public static int portOf(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : secure(uri) ? HTTPS : HTTP;
  }

  /** Whether TLS is spoken there. */
  public static boolean secure(URI uri) {
    String scheme = uri.getScheme();
    return "wss".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
  }
}
