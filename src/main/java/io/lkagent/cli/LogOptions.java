package io.lkagent.cli;

import io.lkagent.log.Level;
import picocli.CommandLine.Option;

/** What is logged, and how. */
final class LogOptions {
  /** The form of a log line; AUTO is text on a terminal and JSON elsewhere. */
  enum Format {
    AUTO,
    JSON,
    TEXT
  }

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      defaultValue = "info",
      description = "debug, info, warn or error.")
  Level level = Level.INFO;

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      defaultValue = "auto",
      description = "json, text, or auto: text on a terminal.")
  Format format = Format.AUTO;
}
