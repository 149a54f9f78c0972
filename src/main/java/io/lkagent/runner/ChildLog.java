package io.lkagent.runner;

import io.lkagent.log.Level;
import io.lkagent.log.Log;
import io.lkagent.log.LogFormat;
import io.lkagent.log.LogPipeline;

/** The logs of a job process; set up with the first line, which none needs before it is ready. */
final class ChildLog {
  static {
    LogPipeline.install(new LogPipeline(level(), LogFormat.JSON, System.err));
  }

  private ChildLog() {}

  static Log of(Class<?> owner) {
    return Log.of(owner);
  }

  private static Level level() {
    String wanted = System.getenv("LOG_LEVEL");
    for (Level level : Level.values()) {
      if (level.name().equalsIgnoreCase(wanted)) {
        return level;
      }
    }
    return Level.INFO;
  }
}
