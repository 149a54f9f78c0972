package io.lkagent.probe.explain;

import io.lkagent.json.Json;
import io.lkagent.json.JsonException;
import io.lkagent.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Cuts what a process printed last to what says why it ended. */
public final class LastWords {
  /** More is not read at a glance. */
  private static final int MOST = 12;

  private static final int PLAIN = 10;

  /** Frames that are kept of a stack trace: the innermost. */
  private static final int FRAMES = 5;

  private static final String PYTHON = "Traceback (most recent call last):";

  private static final Pattern JAVA_HEAD =
      Pattern.compile(
          "(Exception in thread \".*\" )?([a-z_][\\w$]*\\.)+[A-Z][\\w$]*(Exception|Error|Throwable)"
              + "\\b.*");
  private static final Pattern FRAME = Pattern.compile("\\s+at .+");
  private static final Pattern MORE = Pattern.compile("\\s+\\.\\.\\. \\d+ (more|common frames).*");
  private static final Pattern CAUSE = Pattern.compile("\\s*(Caused by|Suppressed): .+");
  private static final Pattern NODE_HEAD =
      Pattern.compile("(Uncaught )?[\\w$]*(Error|Exception)\\b( \\[\\w+])?(:.*)?");
  private static final Pattern ERROR =
      Pattern.compile("(?i).*(\\berror\\b|\\bfatal\\b|\\bpanic\\b|[a-z](Error|Exception):).*");

  private LastWords() {}

  /**
   * The traceback, stack trace or error among the lines that were printed last; without one, the
   * newest lines.
   *
   * @param lines oldest first
   */
  public static List<String> of(List<String> lines) {
    List<String> words =
        lines.stream().flatMap(LastWords::unfolded).map(String::stripTrailing).toList();
    return python(words)
        .or(() -> trace(words))
        .or(() -> errors(words))
        .orElseGet(() -> newest(words, PLAIN));
  }

  /** The one line of them that says most: the exception, or else the newest. */
  public static String line(List<String> lines) {
    List<String> words = of(lines);
    return words.reversed().stream()
        .map(String::strip)
        .filter(line -> ERROR.matcher(line).matches() && !line.startsWith("at "))
        .findFirst()
        .orElse(words.isEmpty() ? "" : words.getLast().strip());
  }

  /** A line of JSON, as agents' loggers write it: the message, and the exception's lines. */
  private static Stream<String> unfolded(String line) {
    if (!line.startsWith("{")) {
      return Stream.of(line);
    }
    try {
      JsonObject event = Json.parseObject(line);
      String message = text(event, "message") + text(event, "msg");
      Stream<String> exception =
          Stream.of(text(event, "exc_info"), text(event, "stack"), stack(event, "err"))
              .filter(words -> !words.isBlank())
              .limit(1)
              .flatMap(String::lines);
      return message.isEmpty() ? Stream.of(line) : Stream.concat(message.lines(), exception);
    } catch (JsonException e) {
      return Stream.of(line);
    }
  }

  private static String text(JsonObject event, String name) {
    return event.values().get(name) instanceof String text ? text : "";
  }

  private static String stack(JsonObject event, String name) {
    return event.values().get(name) instanceof JsonObject error ? text(error, "stack") : "";
  }

  /** The newest traceback: where it happened, and the exception. */
  private static Optional<List<String>> python(List<String> lines) {
    int start = lastIndex(lines, PYTHON);
    if (start < 0) {
      return Optional.empty();
    }
    String indent = lines.get(start).substring(0, lines.get(start).indexOf(PYTHON));
    int end = start + 1;
    while (end < lines.size() && inside(lines.get(end), indent)) {
      end++;
    }
    // The exception itself, whose message may go on for several lines.
    int last = Math.min(lines.size(), end + 1);
    while (last < lines.size() && last < end + 3 && !lines.get(last).isBlank()) {
      last++;
    }
    List<String> kept = new ArrayList<>(List.of(lines.get(start)));
    List<String> frames = lines.subList(start + 1, end);
    List<String> tail = lines.subList(end, last);
    int room = MOST - 1 - tail.size();
    if (frames.size() > room) {
      kept.add(indent + "  …");
      kept.addAll(newest(frames, room - 1));
    } else {
      kept.addAll(frames);
    }
    kept.addAll(tail);
    return Optional.of(kept);
  }

  private static boolean inside(String line, String indent) {
    return line.startsWith(indent + " ");
  }

  private static int lastIndex(List<String> lines, String end) {
    for (int i = lines.size() - 1; i >= 0; i--) {
      if (lines.get(i).endsWith(end)) {
        return i;
      }
    }
    return -1;
  }

  /** The newest stack trace of a JVM or of Node: heads with their innermost frames. */
  private static Optional<List<String>> trace(List<String> lines) {
    int frame = lines.size() - 1;
    while (frame >= 0 && !FRAME.matcher(lines.get(frame)).matches()) {
      frame--;
    }
    int start = frame;
    while (start >= 0 && !head(lines.get(start))) {
      start--;
    }
    // Frames without a head, or far below one, belong to something else.
    if (start < 0 || !ofTrace(lines.subList(start + 1, frame + 1))) {
      return Optional.empty();
    }
    List<String> kept = new ArrayList<>();
    int frames = 0;
    for (String line : lines.subList(start, frame + 1)) {
      boolean isFrame = FRAME.matcher(line).matches();
      frames = isFrame ? frames + 1 : 0;
      if (frames <= FRAMES && !MORE.matcher(line).matches()) {
        kept.add(line);
      }
    }
    return Optional.of(rootLast(kept));
  }

  private static boolean head(String line) {
    String text = line.strip();
    return !CAUSE.matcher(line).matches()
        && !FRAME.matcher(line).matches()
        && (JAVA_HEAD.matcher(text).matches() || NODE_HEAD.matcher(text).matches());
  }

  private static boolean ofTrace(List<String> lines) {
    long others =
        lines.stream()
            .filter(line -> !FRAME.matcher(line).matches())
            .filter(line -> !MORE.matcher(line).matches())
            .filter(line -> !CAUSE.matcher(line).matches())
            .count();
    return others <= 3; // a message of several lines
  }

  /** When there are many causes: the first head, and the root with its frames. */
  private static List<String> rootLast(List<String> trace) {
    if (trace.size() <= MOST) {
      return trace;
    }
    int root = 0;
    for (int i = 0; i < trace.size(); i++) {
      root = CAUSE.matcher(trace.get(i)).matches() ? i : root;
    }
    if (root == 0) {
      return trace.subList(0, MOST);
    }
    List<String> kept = new ArrayList<>(List.of(trace.getFirst(), "\t…"));
    List<String> rest = trace.subList(root, trace.size());
    kept.addAll(rest.subList(0, Math.min(rest.size(), MOST - 2)));
    return kept;
  }

  /** From the first of the newest lines that speak of an error. */
  private static Optional<List<String>> errors(List<String> lines) {
    List<String> recent = newest(lines, MOST);
    for (int i = 0; i < recent.size(); i++) {
      if (ERROR.matcher(recent.get(i)).matches()) {
        return Optional.of(recent.subList(i, recent.size()));
      }
    }
    return Optional.empty();
  }

  private static List<String> newest(List<String> lines, int count) {
    return lines.subList(Math.max(0, lines.size() - count), lines.size());
  }
}
