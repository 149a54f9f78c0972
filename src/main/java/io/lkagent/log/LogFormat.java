package io.lkagent.log;

import io.lkagent.json.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How an event becomes one line. */
public enum LogFormat {
  /** One JSON object a line, for machines. */
  JSON {
    @Override
    public String line(LogEvent event) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("timestamp", new Timestamp(event.time()).iso());
      line.put("level", event.level().name());
      line.put("message", event.message());
      line.put("logger", event.logger());
      line.put("pid", OWN_PID);
      // No lambda: the first one costs a job process milliseconds.
      for (Map.Entry<String, Object> field : event.fields().entrySet()) {
        String name = field.getKey();
        line.put(RESERVED.contains(name) ? name + "_" : name, field.getValue());
      }
      if (event.thrown() != null) {
        line.put("exc_info", trace(event.thrown()));
      }
      return Json.write(line);
    }
  },
  /** Time, level, message and fields, for people. */
  TEXT {
    @Override
    public String line(LogEvent event) {
      StringBuilder line = new StringBuilder(128);
      line.append(new Timestamp(event.time()).clock());
      line.append(String.format(Locale.ROOT, " %-5s ", event.level()));
      line.append(oneLine(event.message()));
      event
          .fields()
          .forEach((name, value) ->
              line.append(' ').append(plain(name)).append('=').append(plain(value)));
      if (event.thrown() != null) {
        line.append(" exc_info=").append(Json.write(trace(event.thrown())));
      }
      return line.toString();
    }
  };

  /** What this class says itself; a field of such a name gets a "_". The pid may be a child's. */
  private static final Set<String> RESERVED =
      Set.of("timestamp", "level", "message", "logger", "exc_info");

  private static final long OWN_PID = OwnPid.find();

  /** The event on one line, without the line's end; no name or message can break it. */
  public abstract String line(LogEvent event);

  private static String trace(@Nullable Throwable thrown) {
    StringWriter out = new StringWriter();
    if (thrown != null) {
      thrown.printStackTrace(new PrintWriter(out));
    }
    return out.toString().strip();
  }

  /** A value as it stands: bare when that cannot be misread, else as a JSON string. */
  private static String plain(Object value) {
    String text = value.toString();
    boolean bare = !text.isEmpty();
    for (int i = 0; bare && i < text.length(); i++) {
      char c = text.charAt(i);
      bare = c > ' ' && c != '"' && c != '=' && c != '\\' && c < 0x7f;
    }
    return bare ? text : Json.write(text);
  }

  private static String oneLine(String text) {
    String quoted = Json.write(text);
    return quoted.length() == text.length() + 2
        ? text
        : quoted.substring(1, quoted.length() - 1).replace("\\\"", "\"").replace("\\\\", "\\");
  }
}
