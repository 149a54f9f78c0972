package io.lkagent.cli;

import io.lkagent.api.Credentials;
import io.lkagent.log.Secrets;
import io.lkagent.protocol.BadEndpointException;
import io.lkagent.protocol.Endpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which LiveKit server to talk to, and as whom. */
final class ServerOptions {
  @Option(
      names = "--url",
      paramLabel = "URL",
      defaultValue = "ws://localhost:7880",
      description = "The LiveKit server.")
  String url = "";

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description = "The API key (its secret is never an option).")
  @Nullable String apiKey;

  @Option(
      names = "--api-secret-file",
      paramLabel = "FILE",
      description = "A file with the API secret; or set LIVEKIT_API_SECRET.")
  @Nullable Path apiSecretFile;

  @Option(
      names = "--ca-file",
      paramLabel = "FILE",
      description = "More certificates to trust (PEM).")
  @Nullable Path caFile;

  /** The server, {@code url} being what is really asked. */
  Endpoint endpoint(String at, Map<String, String> environment) {
    if (caFile != null && !Files.isReadable(caFile)) {
      throw new UsageException("--ca-file: " + caFile + " cannot be read");
    }
    try {
      return Endpoint.parse(at, environment, caFile);
    } catch (BadEndpointException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  /**
   * The key, and its secret, which is read anew at each use.
   *
   * @param otherwise what else to do when one is missing; may be empty
   */
  Credentials credentials(SecretSource source, String otherwise) {
    Optional<String> secret = source.read();
    if (apiKey == null || apiKey.isEmpty() || secret.isEmpty()) {
      throw new UsageException(
          "no "
              + (apiKey == null || apiKey.isEmpty() ? "API key" : "API secret")
              + " for "
              + url
              + ": set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET"
              + otherwise);
    }
    Secrets.ofThisProcess().register(secret.get());
    return Credentials.from(
        apiKey,
        () -> {
          String now = source.read().orElse("");
          Secrets.ofThisProcess().register(now);
          return now;
        });
  }
}
