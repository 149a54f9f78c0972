package io.lkagent.frameworks;

import io.lkagent.json.Json;
import io.lkagent.json.JsonException;
import io.lkagent.json.JsonObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A message from a host to the worker. */
sealed interface FromHost {
  /** The first message. */
  record Hello(int protocol, long pid, String runtime) implements FromHost {}

  /** A part of the loading has ended. */
  record Phase(String name, long startNanos, long endNanos) implements FromHost {}

  /** The app is loaded, and this is what it is like. */
  record App(AppDescription description) implements FromHost {}

  /** The app cannot be run; the host ends. */
  record Failed(AppFault fault) implements FromHost {}

  /** A job process exists. */
  record Forked(String id, long pid) implements FromHost {}

  /** A job process could not be made. */
  record ForkFailed(String id, String error) implements FromHost {}

  /**
   * A job process ended.
   *
   * @param status as waitpid(2) gives it
   */
  record Exited(long pid, int status) implements FromHost {}

  /** What the request function said. */
  record Answered(String id, Answer answer) implements FromHost {}

  /** A sign of life. */
  record Pong(long t) implements FromHost {}

  /** A message of a later version; skipped. */
  record Unknown(String type) implements FromHost {}

  /** Reads a frame. */
  static FromHost parse(String frame) throws JsonException {
    JsonObject m = Json.parseObject(frame);
    String type = m.string("type");
    return switch (type) {
      case "hello" -> new Hello(m.integer("protocol"), m.number("pid"), m.string("runtime", ""));
      case "phase" -> new Phase(m.string("name"), m.number("start_ns"), m.number("end_ns"));
      case "app" -> new App(description(m));
      case "failed" -> new Failed(fault(m));
      case "forked" -> new Forked(m.string("id"), m.number("pid"));
      case "fork-failed" -> new ForkFailed(m.string("id"), m.string("error", ""));
      case "exited" -> new Exited(m.number("pid"), m.integer("status"));
      case "answer" -> new Answered(m.string("id"), answer(m));
      case "pong" -> new Pong(m.number("t"));
      default -> new Unknown(type);
    };
  }

  private static AppDescription description(JsonObject m) {
    return new AppDescription(
        m.string("framework"),
        m.string("version"),
        m.flag("tried", true),
        mode(m.string("mode", "spawn")),
        m.string("why", ""),
        m.string("agent_name", ""),
        m.flag("requests", false),
        m.flag("inference", true),
        new AppOptions(m.object("options")),
        m.objects("refused").stream()
            .map(o -> new AppDescription.Refused(o.string("option"), o.string("why", "")))
            .toList(),
        plugins(m.values().get("plugins")));
  }

  private static AppDescription.Mode mode(String text) {
    return switch (text) {
      case "fork" -> AppDescription.Mode.FORK;
      case "spawn" -> AppDescription.Mode.SPAWN;
      default -> throw new JsonException("\"mode\" must be fork or spawn");
    };
  }

  private static List<String> plugins(@Nullable Object value) {
    List<String> plugins = new ArrayList<>();
    if (value instanceof Collection<?> list) {
      list.forEach(plugin -> plugins.add(String.valueOf(plugin)));
    }
    return plugins;
  }

  private static Answer answer(JsonObject m) {
    return m.flag("accept", false)
        ? new Answer.Yes(
            m.string("identity", ""),
            m.string("name", ""),
            m.string("metadata", ""),
            m.strings("attributes"))
        : new Answer.No(m.flag("terminate", false), m.string("error", ""));
  }

  private static AppFault fault(JsonObject m) {
    return new AppFault(kind(m.string("kind", "")), m.string("error"), m.string("detail", ""));
  }

  /** A kind that a later script has is told by its line alone. */
  private static AppFault.Kind kind(String text) {
    String name = text.replace('-', '_').toUpperCase(Locale.ROOT);
    for (AppFault.Kind kind : AppFault.Kind.values()) {
      if (kind.name().equals(name)) {
        return kind;
      }
    }
    return AppFault.Kind.UNSUPPORTED;
  }
}
