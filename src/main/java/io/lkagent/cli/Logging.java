package io.lkagent.cli;

import io.lkagent.log.LogFormat;
import io.lkagent.log.LogPipeline;
import java.time.Duration;

/** Sets the log up as the options want it. */
final class Logging {
  private static final Duration FLUSH = Duration.ofSeconds(2);

  private Logging() {}

  static void install(LogOptions options) {
    LogFormat format =
        switch (options.format) {
          case JSON -> LogFormat.JSON;
          case TEXT -> LogFormat.TEXT;
          case AUTO -> Terminal.stderr() ? LogFormat.TEXT : LogFormat.JSON;
        };
    LogPipeline.install(new LogPipeline(options.level, format, System.err));
  }

  static void flush() {
    LogPipeline.current().flush(FLUSH);
  }
}
