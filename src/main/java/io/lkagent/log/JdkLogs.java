package io.lkagent.log;

import java.text.MessageFormat;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/**
 * The way of what the JDK and the libraries log through {@link System.Logger} into the pipeline: at
 * WARN and above, because the rest is about them and not about rooms.
 */
public final class JdkLogs extends System.LoggerFinder {
  /** For the service loader, which finds this class through {@code META-INF/services}. */
  public JdkLogs() {}

  @Override
  public System.Logger getLogger(String name, Module module) {
    return new Adapter(name);
  }

  private record Adapter(String name) implements System.Logger {
    @Override
    public String getName() {
      return name;
    }

    @Override
    public boolean isLoggable(System.Logger.Level level) {
      return level != System.Logger.Level.OFF
          && level.getSeverity() >= System.Logger.Level.WARNING.getSeverity();
    }

    @Override
    public void log(
        System.Logger.Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String message,
        @Nullable Throwable thrown) {
      if (isLoggable(level)) {
        Log.named(name).write(own(level), String.valueOf(message), thrown);
      }
    }

    @Override
    public void log(
        System.Logger.Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String format,
        @Nullable Object @Nullable ... parameters) {
      if (isLoggable(level)) {
        Log.named(name).write(own(level), formatted(String.valueOf(format), parameters), null);
      }
    }

    private static io.lkagent.log.Level own(System.Logger.Level level) {
      return level == System.Logger.Level.ERROR
          ? io.lkagent.log.Level.ERROR
          : io.lkagent.log.Level.WARN;
    }

    private static String formatted(String format, @Nullable Object @Nullable [] parameters) {
      if (parameters == null || parameters.length == 0) {
        return format;
      }
      try {
        return MessageFormat.format(format, parameters);
      } catch (IllegalArgumentException e) {
        return format;
      }
    }
  }
}
