package io.lkagent.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the dev server listens, whom it trusts and how it misbehaves. */
final class DevServerOptions {
  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "7880",
      description = "The one port; 0: any free port.")
  int port;

  @Option(
      names = "--port-file",
      paramLabel = "FILE",
      description = "Gets the port's number once it is open.")
  @Nullable Path portFile;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "The address to listen on.")
  String host = "";

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      defaultValue = "devkey",
      description = "The API key that tokens are signed for.")
  String apiKey = "";

  @Option(
      names = "--api-secret-file",
      paramLabel = "FILE",
      description = "A file with its secret; or LIVEKIT_API_SECRET.")
  @Nullable Path apiSecretFile;

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description = "Serve TLS with this certificate (PEM).")
  @Nullable Path tlsCertificate;

  @Option(names = "--tls-key", paramLabel = "FILE", description = "Its private key (PEM, PKCS#8).")
  @Nullable Path tlsKey;

  @Option(
      names = "--fault",
      paramLabel = "FAULT",
      converter = StartFault.Reader.class,
      description = {
        "Misbehave from the start; repeatable. One of",
        "delay-answers=300ms, delay-worker-messages=1s,",
        "drop-replies=CreateDispatch[:TIMES], refuse-upgrades."
      })
  List<StartFault> faults = new ArrayList<>();

  @Option(names = "--real-delays", description = "Dispatch as slowly as livekit-server does.")
  boolean realDelays;
}
