package io.lkagent.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where health and metrics are served, and where commands find the worker. */
final class ListenOptions {
  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8081",
      description = "Health and metrics; 0: any free port.")
  int port;

  @Option(
      names = "--port-file",
      paramLabel = "FILE",
      description = "Gets the port's number once it is open.")
  @Nullable Path portFile;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "0.0.0.0",
      description = "The address to listen on.")
  String host = "";

  @Option(
      names = "--runtime-dir",
      paramLabel = "DIR",
      description = "Where commands find workers (default: the user's runtime folder).")
  @Nullable Path runtimeDir;
}
