package io.lkagent.devserver;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link DevServer} is started with.
 *
 * @param host the address to listen on
 * @param port the port to listen on; 0 takes a free one
 * @param apiKey the API key that tokens are issued by
 * @param apiSecret the secret that tokens are signed with; never shown
 * @param tls certificate and key; null serves plain HTTP and WebSocket
 * @param emptyTimeout after which a room that nobody joined closes
 * @param departureTimeout after which a room that everybody left closes
 * @param targetLoad the load up to which a worker counts for being chosen
 * @param copyServerDelays true waits as long as livekit-server does on the way of a dispatch
 */
public record DevServerConfig(
    String host,
    int port,
    String apiKey,
    String apiSecret,
    @Nullable TlsFiles tls,
    Duration emptyTimeout,
    Duration departureTimeout,
    double targetLoad,
    boolean copyServerDelays) {

  /** A certificate chain and its private key, each a PEM file. */
  public record TlsFiles(Path certificateChain, Path privateKey) {}

  /** A server on a free port of the loopback interface, with livekit-server's defaults. */
  public static DevServerConfig defaults() {
    return new DevServerConfig(
        "127.0.0.1",
        0,
        "devkey",
        "secret",
        null,
        Duration.ofSeconds(300),
        Duration.ofSeconds(20),
        0.7,
        false);
  }

  public DevServerConfig withAddress(String newHost, int newPort) {
    return new DevServerConfig(
        newHost,
        newPort,
        apiKey,
        apiSecret,
        tls,
        emptyTimeout,
        departureTimeout,
        targetLoad,
        copyServerDelays);
  }

  public DevServerConfig withKey(String newKey, String newSecret) {
    return new DevServerConfig(
        host,
        port,
        newKey,
        newSecret,
        tls,
        emptyTimeout,
        departureTimeout,
        targetLoad,
        copyServerDelays);
  }

  public DevServerConfig withTls(@Nullable TlsFiles newTls) {
    return new DevServerConfig(
        host,
        port,
        apiKey,
        apiSecret,
        newTls,
        emptyTimeout,
        departureTimeout,
        targetLoad,
        copyServerDelays);
  }

  public DevServerConfig withTimeouts(Duration empty, Duration departure) {
    return new DevServerConfig(
        host, port, apiKey, apiSecret, tls, empty, departure, targetLoad, copyServerDelays);
  }

  public DevServerConfig withCopyServerDelays(boolean copy) {
    return new DevServerConfig(
        host, port, apiKey, apiSecret, tls, emptyTimeout, departureTimeout, targetLoad, copy);
  }

  @Override
  public String toString() {
    return "DevServerConfig[%s:%d, apiKey=%s, tls=%s, copyServerDelays=%s]"
        .formatted(host, port, apiKey, tls != null, copyServerDelays);
  }
}
