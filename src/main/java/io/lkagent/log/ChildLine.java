package io.lkagent.log;

import io.lkagent.json.Json;
import io.lkagent.json.JsonException;
import io.lkagent.json.JsonObject;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How one line of a child becomes an event; a line that is a JSON log keeps its level and fields.
 */
final class ChildLine {
  private static final String LOGGER = "child";
  private static final List<String> MESSAGES = List.of("message", "msg", "event");
  private static final List<String> LEVELS = List.of("level", "levelname", "severity");

  /** The worker's own words; a child cannot speak them. */
  private static final Set<String> RESERVED =
      Set.of(
          "timestamp",
          "time",
          "level",
          "levelname",
          "severity",
          "message",
          "msg",
          "event",
          "logger",
          "name",
          "pid",
          "room_name",
          "job_id",
          "dispatch_id",
          "worker_id",
          "repeated");

  private ChildLine() {}

  static LogEvent event(String line, Instant now, Map<String, Object> tags) {
    if (line.startsWith("{") && line.endsWith("}")) {
      try {
        LogEvent event = structured(Json.parseObject(line), now, tags);
        if (event != null) {
          return event;
        }
      } catch (JsonException e) {
        // Only looked like JSON: it is a line as any other.
      }
    }
    return new LogEvent(now, Level.INFO, LOGGER, line, tags, null);
  }

  private static @Nullable LogEvent structured(
      JsonObject json, Instant now, Map<String, Object> tags) {
    Object level = first(json, LEVELS);
    if (level == null || !(first(json, MESSAGES) instanceof String message)) {
      return null;
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    json.values()
        .forEach((name, value) -> {
          if (value != null && !RESERVED.contains(name)) {
            fields.put(name, value);
          }
        });
    fields.putAll(tags);
    String logger = json.values().get("logger") instanceof String text ? text : LOGGER;
    return new LogEvent(now, level(level), logger, message, fields, null);
  }

  private static @Nullable Object first(JsonObject json, List<String> names) {
    return names.stream().map(json.values()::get).filter(v -> v != null).findFirst().orElse(null);
  }

  /** Names as most libraries spell them, and pino's numbers. */
  private static Level level(Object level) {
    if (level instanceof Long number) {
      return number < 30
          ? Level.DEBUG
          : number < 40 ? Level.INFO : number < 50 ? Level.WARN : Level.ERROR;
    }
    return switch (level.toString().toUpperCase(Locale.ROOT)) {
      case "TRACE", "DEBUG", "DEV" -> Level.DEBUG;
      case "WARN", "WARNING" -> Level.WARN;
      case "ERROR", "CRITICAL", "FATAL", "SEVERE" -> Level.ERROR;
      default -> Level.INFO;
    };
  }
}
