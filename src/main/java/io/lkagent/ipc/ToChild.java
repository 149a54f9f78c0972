package io.lkagent.ipc;

import io.lkagent.json.Json;
import io.lkagent.json.JsonException;
import io.lkagent.json.JsonObject;
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

    @Override
    public String frame() {
      return Json.write(
          Json.object(
              "type",
              "init",
              "ping_ms",
              pingMillis,
              "timeout_ms",
              timeoutMillis,
              "options",
              options));
    }
  }

  /** A sign of life is wanted: answer with the same value. */
  record Ping(long t) implements ToChild {
    @Override
    public String frame() {
      return Json.write(Json.object("type", "ping", "t", t));
    }
  }

  /** The job; at most one in a process's life. */
  record Start(JobStart job) implements ToChild {
    @Override
    public String frame() {
      Map<String, @Nullable Object> members = Json.object("type", "start");
      members.putAll(job.members());
      return Json.write(members);
    }
  }

  /**
   * Leave the room, run the shutdown callbacks and exit.
   *
   * @param reason one of the worker's stop reasons, in words with hyphens
   * @param deadlineMillis how long it may take before the process is killed
   */
  record Shutdown(String reason, long deadlineMillis) implements ToChild {
    @Override
    public String frame() {
      return Json.write(
          Json.object("type", "shutdown", "reason", reason, "deadline_ms", deadlineMillis));
    }
  }

  /** A message of a later version; skipped. */
  record Unknown(String type) implements ToChild {
    @Override
    public String frame() {
      return Json.write(Json.object("type", type));
    }
  }

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
  String frame();
}
