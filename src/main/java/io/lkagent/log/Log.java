package io.lkagent.log;

import io.lkagent.time.Time;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A named writer of log events with fields that are the same on each of its lines.
 *
 * <p>Fields are names and values in turn; the names that users' dashboards know are {@code
 * room_name}, {@code job_id}, {@code dispatch_id}, {@code pid} and {@code worker_id}. A null value
 * leaves its field out.
 */
public final class Log {
  private final String name;
  private final Map<String, Object> fields;
  private final boolean heard;

  private Log(String name, Map<String, Object> fields, boolean heard) {
    this.name = name;
    this.fields = fields;
    this.heard = heard;
  }

  public static Log of(Class<?> owner) {
    return named(owner.getName());
  }

  public static Log named(String name) {
    return new Log(name, Map.of(), true);
  }

  /** A log whose lines are made as any, and then dropped: for a rehearsal. */
  public static Log unheard(Class<?> owner) {
    return new Log(owner.getName(), Map.of(), false);
  }

  /** This log with more fields. */
  public Log with(@Nullable Object... namesAndValues) {
    return new Log(name, merged(namesAndValues), heard);
  }

  public void debug(String message, @Nullable Object... namesAndValues) {
    write(Level.DEBUG, message, null, namesAndValues);
  }

  public void info(String message, @Nullable Object... namesAndValues) {
    write(Level.INFO, message, null, namesAndValues);
  }

  public void warn(String message, @Nullable Object... namesAndValues) {
    write(Level.WARN, message, null, namesAndValues);
  }

  public void error(String message, @Nullable Object... namesAndValues) {
    write(Level.ERROR, message, null, namesAndValues);
  }

  public void error(String message, Throwable thrown, @Nullable Object... namesAndValues) {
    write(Level.ERROR, message, thrown, namesAndValues);
  }

  public void write(
      Level level, String message, @Nullable Throwable thrown, @Nullable Object... more) {
    LogPipeline pipeline = LogPipeline.current();
    if (pipeline.wants(level)) {
      LogEvent event = new LogEvent(Time.raw().wall(), level, name, message, merged(more), thrown);
      if (heard) {
        pipeline.accept(event);
      } else {
        pipeline.rehearse(event);
      }
    }
  }

  private Map<String, Object> merged(@Nullable Object[] namesAndValues) {
    if (namesAndValues.length == 0) {
      return fields;
    }
    Map<String, Object> merged = new LinkedHashMap<>(fields);
    for (int i = 0; i + 1 < namesAndValues.length; i += 2) {
      Object value = namesAndValues[i + 1];
      if (value != null) {
        merged.put(String.valueOf(namesAndValues[i]), value);
      }
    }
    return merged;
  }
}
