package io.lkagent.ipc;

import io.lkagent.json.Json;
import io.lkagent.json.JsonException;
import io.lkagent.json.JsonObject;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message from a job process to the worker.
 *
 * <p>Each writes itself instead of one switch that writes them all: a pattern switch's bootstrap is
 * a noticeable part of a job process's start.
 */
public sealed interface FromChild {
  /**
   * The first message: who speaks which version of the protocol.
   *
   * @param upNanos for how long the program's own code had run by then; -1 when it does not tell
   */
  record Hello(int protocol, long pid, String runtime, long upNanos) implements FromChild {
    public Hello(int protocol, long pid, String runtime) {
      this(protocol, pid, runtime, -1);
    }

    @Override
    public String frame() {
      Map<String, @Nullable Object> members =
          Json.object("type", "hello", "protocol", protocol, "pid", pid, "runtime", runtime);
      if (upNanos >= 0) {
        members.put("up_ns", upNanos);
      }
      return Json.write(members);
    }
  }

  /**
   * One component of the initialisation has ended.
   *
   * @param startNanos when it began, in nanoseconds since the process's hello
   * @param endNanos when it ended, likewise
   * @param critical false when the process becomes ready without it
   * @param error what went wrong, or null
   */
  record Phase(
      String name, long startNanos, long endNanos, boolean critical, @Nullable String error)
      implements FromChild {
    @Override
    public String frame() {
      return Json.write(
          Json.object(
              "type",
              "phase",
              "name",
              name,
              "start_ns",
              startNanos,
              "end_ns",
              endNanos,
              "critical",
              critical,
              "error",
              error));
    }
  }

  /** The process can take a job. */
  record Ready() implements FromChild {
    @Override
    public String frame() {
      return Json.write(Json.object("type", "ready"));
    }
  }

  /** The initialisation failed; the process ends by itself. */
  record Failed(String error) implements FromChild {
    @Override
    public String frame() {
      return Json.write(Json.object("type", "failed", "error", error));
    }
  }

  /** The answer to a ping, with the ping's own value. */
  record Pong(long t) implements FromChild {
    @Override
    public String frame() {
      return Json.write(Json.object("type", "pong", "t", t));
    }
  }

  /** The entry point is about to run: from here the job is this process's. */
  record Running() implements FromChild {
    @Override
    public String frame() {
      return Json.write(Json.object("type", "running"));
    }
  }

  /**
   * What goes on in the room.
   *
   * @param participants humans in the room now
   * @param messages messages handled since the job began
   */
  record Activity(int participants, long messages) implements FromChild {
    @Override
    public String frame() {
      return Json.write(
          Json.object("type", "activity", "participants", participants, "messages", messages));
    }
  }

  /** The process goes on without an optional component. */
  record Degraded(String component, String error) implements FromChild {
    @Override
    public String frame() {
      return Json.write(Json.object("type", "degraded", "component", component, "error", error));
    }
  }

  /**
   * The job is over and the process asks to leave: it stays in the room until the worker answers
   * with a shutdown, so that the server hears of the result first.
   *
   * @param success whether the job counts as succeeded
   * @param reason why it ended, for people
   */
  record Done(boolean success, String reason) implements FromChild {
    @Override
    public String frame() {
      return Json.write(
          Json.object("type", "done", "status", success ? "success" : "failed", "reason", reason));
    }
  }

  /** A message of a later version; skipped. */
  record Unknown(String type) implements FromChild {
    @Override
    public String frame() {
      return Json.write(Json.object("type", type));
    }
  }

  /** Reads a frame. */
  static FromChild parse(String frame) throws JsonException {
    JsonObject m = Json.parseObject(frame);
    String type = m.string("type");
    return switch (type) {
      case "hello" ->
          new Hello(
              m.integer("protocol"),
              m.number("pid"),
              m.string("runtime", "unknown"),
              m.number("up_ns", -1));
      case "phase" ->
          new Phase(
              m.string("name"),
              m.number("start_ns"),
              m.number("end_ns"),
              m.flag("critical", true),
              m.nullableString("error"));
      case "ready" -> new Ready();
      case "failed" -> new Failed(m.string("error"));
      case "pong" -> new Pong(m.number("t"));
      case "running" -> new Running();
      case "activity" -> new Activity(m.integer("participants", 0), m.number("messages", 0));
      case "degraded" -> new Degraded(m.string("component"), m.string("error", ""));
      case "done" ->
          new Done(!m.string("status", "success").equals("failed"), m.string("reason", ""));
      default -> new Unknown(type);
    };
  }

  /** This message as a frame, without the line's end. */
  String frame();
}
