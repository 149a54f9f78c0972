package io.lkagent.protocol;

import io.lkagent.websocket.Address;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An HTTP proxy, with Basic credentials when it wants them. */
public record ProxySetting(
    String host, int port, @Nullable String user, @Nullable String password) {
  private static final int DEFAULT_PORT = 80;

  /** Reads {@code [http://][user:password@]host[:port]}; {@code name} is what it is called. */
  public static ProxySetting parse(String name, String text) {
    URI uri;
    try {
      uri = new URI(text.contains("://") ? text : "http://" + text);
    } catch (URISyntaxException e) {
      // The text may hold a password, and the exception quotes it.
      throw new BadEndpointException(name + " is not a URL: write http://host:port");
    }
    if (!"http".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null) {
      throw new BadEndpointException(
          name
              + " has the scheme "
              + uri.getScheme()
              + " or no host: only HTTP proxies are supported, written http://host:port");
    }
    int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
    String info = uri.getRawUserInfo();
    if (info == null) {
      return new ProxySetting(uri.getHost(), port, null, null);
    }
    int colon = info.indexOf(':');
    String user = colon < 0 ? info : info.substring(0, colon);
    String password = colon < 0 ? "" : info.substring(colon + 1);
    return new ProxySetting(uri.getHost(), port, unescape(user), unescape(password));
  }

  /**
   * The proxy that the environment names for {@code target}: {@code HTTPS_PROXY} or {@code
   * HTTP_PROXY} by its scheme, else {@code ALL_PROXY}, in capitals or not; none for what {@code
   * NO_PROXY} names, and none for loopback.
   */
  static @Nullable ProxySetting fromEnvironment(Map<String, String> environment, URI target) {
    String scheme = target.getScheme().toLowerCase(Locale.ROOT);
    String own = scheme.equals("https") || scheme.equals("wss") ? "HTTPS_PROXY" : "HTTP_PROXY";
    for (String name : new String[] {own, "ALL_PROXY"}) {
      String value = either(environment, name);
      if (!value.isBlank()) {
        boolean direct =
            Endpoint.isLoopback(target.getHost())
                || NoProxy.matches(
                    either(environment, "NO_PROXY"), target.getHost(), Address.portOf(target));
        return direct ? null : parse(name, value.strip());
      }
    }
    return null;
  }

  private static String either(Map<String, String> environment, String name) {
    String upper = environment.getOrDefault(name, "");
    return upper.isBlank() ? environment.getOrDefault(name.toLowerCase(Locale.ROOT), "") : upper;
  }

  /** Host and port, for messages. */
  public String address() {
    return host + ":" + port;
  }

  /** The {@code Proxy-Authorization} header's value, if there are credentials. */
  @Nullable String authorization() {
    if (user == null) {
      return null;
    }
    String pair = user + ":" + (password == null ? "" : password);
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return "ProxySetting[" + (user == null ? "" : "***@") + address() + "]";
  }

  private static String unescape(String text) {
    try {
      // URLDecoder is for forms: a plus sign stands for itself in a URL's user part.
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }
}
