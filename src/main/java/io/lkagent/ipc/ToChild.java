package io.lkagent.ipc;

import io.lkagent.json.Json;
import io.lkagent.json.JsonException;
import io.lkagent.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message from the worker to a job process. */
public sealed interface ToChild {
  /**
   * The answer to hello: initialise now.
   *
   * @param pingMillis how often pings will come
   * @param timeoutMillis how long the process has until ready, counted from its spawn
   * @param options the agent's own options, as configured
   */
  record Init(long pingMillis, long timeoutMillis, Map<String, String> options) implements ToChild {
    public Init {
      options = Map.copyOf(options);
    }
  }

  /** A sign of life is wanted: answer with the same value. */
  record Ping(long t) implements ToChild {}

  /** The job; at most one in a process's life. */
  record Start(JobStart job) implements ToChild {}

  /**
   * Leave the room, run the shutdown callbacks and exit.
   *
   * @param reason one of the worker's stop reasons, in words with hyphens
   * @param deadlineMillis how long it may take before the process is killed
   */
  record Shutdown(String reason, long deadlineMillis) implements ToChild {}

  /** A message of a later version; skipped. */
  record Unknown(String type) implements ToChild {}

  /** Reads a frame. */
  static ToChild parse(String frame) throws JsonException {
    JsonObject m = Json.parseObject(frame);
    String type = m.string("type");
    return switch (type) {
      case "init" ->
          new Init(m.number("ping_ms", 2500), m.number("timeout_ms", 10_000), m.strings("options"));
      case "ping" -> new Ping(m.number("t"));
      case "start" -> new Start(JobStart.of(m));
      case "shutdown" -> new Shutdown(m.string("reason", ""), m.number("deadline_ms", 60_000));
      default -> new Unknown(type);
    };
  }

  /** This message as a frame, without the line's end. */
  default String frame() {
    Map<String, @Nullable Object> members =
        switch (this) {
          case Init(long ping, long timeout, Map<String, String> options) ->
              Json.object(
                  "type", "init", "ping_ms", ping, "timeout_ms", timeout, "options", options);
          case Ping(long t) -> Json.object("type", "ping", "t", t);
          case Start(JobStart job) -> {
            Map<String, @Nullable Object> start = new LinkedHashMap<>();
            start.put("type", "start");
            start.putAll(job.members());
            yield start;
          }
          case Shutdown(String reason, long deadline) ->
              Json.object("type", "shutdown", "reason", reason, "deadline_ms", deadline);
          case Unknown(String type) -> Json.object("type", type);
        };
    return Json.write(members);
  }
}
