package io.lkagent.cli;

import io.lkagent.log.LogFormat;
import io.lkagent.log.LogPipeline;
import java.io.IOException;
import java.nio.file.Path;
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
          case AUTO -> onTerminal() ? LogFormat.TEXT : LogFormat.JSON;
        };
    LogPipeline.install(new LogPipeline(options.level, format, System.err));
  }

  /** Whether stderr is a terminal, which Java itself does not tell; no where it cannot be known. */
  private static boolean onTerminal() {
    try {
      Path target = Path.of("/proc/self/fd/2").toRealPath();
      return target.startsWith("/dev/pts") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }

  static void flush() {
    LogPipeline.current().flush(FLUSH);
  }
}
