package io.lkagent.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which LiveKit server to talk to, and as whom. */
final class ServerOptions {
  @Option(
      names = "--url",
      paramLabel = "URL",
      defaultValue = "ws://localhost:7880",
      description = "The LiveKit server; ws, wss, http and https will do.")
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
}
