package io.lkagent.protocol;

import io.lkagent.websocket.Address;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a LiveKit server is and how it is reached.
 *
 * @param url as the user wrote it: http, https, ws or wss, with or without slash or path
 * @param proxy the HTTP proxy on the way, if any
 * @param trusted a PEM file with the only certificates to trust; null means the JDK's own
 */
public record Endpoint(URI url, @Nullable ProxySetting proxy, @Nullable Path trusted) {
  public Endpoint {
    check(url);
  }

  /** Reads an address and takes the proxy from the environment. */
  public static Endpoint parse(
      String text, Map<String, String> environment, @Nullable Path trusted) {
    String stripped = text.strip();
    if (stripped.isEmpty()) {
      throw new BadEndpointException("the LiveKit URL is empty: " + remedy());
    }
    URI url;
    try {
      url = new URI(stripped);
    } catch (URISyntaxException e) {
      // Not quoted: what does not parse may hold a password.
      throw new BadEndpointException(
          "the LiveKit URL is not a URL (" + e.getReason() + "): " + remedy());
    }
    check(url);
    return new Endpoint(url, ProxySetting.fromEnvironment(environment, url), trusted);
  }

  /** The address without proxy or certificates of its own; for tests and loopback. */
  public static Endpoint of(String text) {
    return parse(text, Map.of(), null);
  }

  /** The address of the agent WebSocket. */
  public URI agentUri() {
    return at(secure() ? "wss" : "ws", "/agent", "protocol=1");
  }

  /** The address of the server's HTTP interface, without a slash at its end. */
  public URI httpUri() {
    return at(secure() ? "https" : "http", "", null);
  }

  /** The address as agents want it: ws or wss, without a slash at its end. */
  public URI webSocketUri() {
    return at(secure() ? "wss" : "ws", "", null);
  }

  /** Whether TLS is spoken. */
  public boolean secure() {
    return Address.secure(url);
  }

  /** Whether tokens would travel in the clear beyond this machine. */
  public boolean plaintextToRemote() {
    return !secure() && !isLoopback(url.getHost());
  }

  private URI at(String scheme, String suffix, @Nullable String query) {
    String path = url.getRawPath() == null ? "" : url.getRawPath();
    String base = path.replaceAll("/+$", "");
    String port = url.getPort() < 0 ? "" : ":" + url.getPort();
    return URI.create(
        scheme + "://" + url.getHost() + port + base + suffix + (query == null ? "" : "?" + query));
  }

  private static void check(URI url) {
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    if (url.getRawUserInfo() != null) {
      throw new BadEndpointException(
          "the LiveKit URL holds a user name or password: leave it out, and give the key and"
              + " secret in LIVEKIT_API_KEY and LIVEKIT_API_SECRET");
    }
    switch (scheme) {
      case "http", "https", "ws", "wss" -> {}
      default ->
          throw new BadEndpointException(
              "the LiveKit URL "
                  + url
                  + " does not begin with ws://, wss://, http:// or https://: "
                  + remedy());
    }
    if (url.getHost() == null || url.getPort() == 0 || url.getPort() > 65_535) {
      throw new BadEndpointException(
          "the LiveKit URL " + url + " names no valid host and port: " + remedy());
    }
    if (url.getRawQuery() != null || url.getRawFragment() != null) {
      throw new BadEndpointException(
          "the LiveKit URL " + url + " has a query or fragment: leave out what follows ? or #");
    }
  }

  private static String remedy() {
    return "set LIVEKIT_URL to something like wss://livekit.example.com or ws://localhost:7880";
  }

  static boolean isLoopback(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.equals("localhost")
        || name.endsWith(".localhost")
        || name.equals("[::1]")
        || name.matches("127(\\.\\d{1,3}){3}");
  }
}
