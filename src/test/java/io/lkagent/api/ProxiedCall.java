package io.lkagent.api;

import io.lkagent.protocol.Endpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A program that lists the rooms of {@code livekit.test}: arguments are the proxy and a PEM. */
final class ProxiedCall {
  private ProxiedCall() {}

  public static void main(String[] arguments) throws ApiException {
    Endpoint endpoint =
        Endpoint.parse(
            "wss://livekit.test", Map.of("HTTPS_PROXY", arguments[0]), Path.of(arguments[1]));
    Credentials credentials = Credentials.of("k", "a-secret-of-at-least-thirty-two-chars");
    try (LiveKitApi api = new LiveKitApi(endpoint, credentials, Duration.ofSeconds(10))) {
      System.out.println("rooms: " + api.rooms(List.of()));
    }
  }
}
