package io.lkagent.probe.inside;

import io.lkagent.probe.Inside;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A JVM's own log, read for where its classes came from, its cache and its collections. */
final class JvmLog {
  /** For its log: two tags that every JVM knows from 9 on. */
  static final String ANY_JVM = "class+load,gc,cds";

  /** And one that JVMs know since they have ahead-of-time caches. */
  static final String CACHED_JVM = ANY_JVM + ",aot";

  static final String DECORATIONS = "uptime,level,tags";

  private static final Pattern LINE =
      Pattern.compile("\\[[^\\]]*\\]\\[(\\w+) *\\]\\[([\\w,]+) *\\] ?(.*)");
  private static final Pattern MORE = Pattern.compile("\\[ +\\] (.*)");
  private static final Pattern PAUSE = Pattern.compile("GC\\(\\d+\\) Pause .* ([0-9.]+)ms");
  private static final String SOURCE = " source: ";
  private static final String SHARED = "shared objects file";
  private static final String OPENED = "Opened AOT cache ";
  private static final String NAMED = "trying to map ";
  private static final String ARCHIVE = ".jsa";
  private static final double MILLI = 1e6;

  private final Map<String, Integer> sources = new HashMap<>();
  private int classes;
  private int shared;
  private int collections;
  private long pauseNanos;
  private boolean opened;
  private boolean failed;
  private String cache = "";
  private String why = "";
  private boolean goesOn;

  private JvmLog() {}

  /**
   * Reads a log.
   *
   * @param without why no cache is used when the JVM was not told of any
   */
  static Inside parse(List<String> lines, String without) {
    JvmLog log = new JvmLog();
    lines.forEach(log::take);
    return log.classes == 0
        ? new Inside.Unknown("the JVM wrote no log of its classes")
        : log.summary(without);
  }

  private void take(String line) {
    Matcher more = MORE.matcher(line);
    if (goesOn && more.matches()) {
      why += " " + more.group(1);
      return;
    }
    goesOn = false;
    Matcher fields = LINE.matcher(line);
    if (!fields.matches()) {
      return;
    }
    String text = fields.group(3);
    switch (fields.group(2)) {
      case "class,load" -> loaded(text);
      case "gc" -> collected(text);
      case "aot", "cds" -> ofCache(fields.group(1), text);
      default -> {}
    }
  }

  private void loaded(String text) {
    int at = text.indexOf(SOURCE);
    if (at < 0) {
      return;
    }
    classes++;
    String source = text.substring(at + SOURCE.length()).strip();
    if (source.startsWith(SHARED)) {
      shared++;
    } else {
      sources.merge(where(source), 1, Integer::sum);
    }
  }

  private static String where(String source) {
    if (source.startsWith("jrt:/")) {
      return "the JDK's module " + source.substring("jrt:/".length());
    }
    if (source.startsWith("file:")) {
      String path = source.substring("file:".length());
      return path.endsWith(".jar") ? path.substring(path.lastIndexOf('/') + 1) : path;
    }
    return source.endsWith(".jar")
        ? source.substring(source.lastIndexOf('/') + 1)
        : "made at run time";
  }

  private void collected(String text) {
    Matcher pause = PAUSE.matcher(text);
    if (pause.find()) {
      collections++;
      pauseNanos += Math.round(Double.parseDouble(pause.group(1)) * MILLI);
    }
  }

  private void ofCache(String level, String text) {
    boolean bad = level.equals("warning") || level.equals("error");
    if (text.startsWith(NAMED) && !text.endsWith(ARCHIVE)) {
      cache = text.substring(NAMED.length());
    } else if (text.startsWith(OPENED)) {
      opened = true;
    } else if (text.startsWith("Specified AOT cache not found")) {
      why = "the file is not there";
    } else if (bad && !cache.isEmpty()) {
      failed |= level.equals("error");
      if (why.isEmpty()) {
        why = text;
        goesOn = true;
      }
    }
  }

  private Inside.Jvm summary(String without) {
    boolean used = opened && !failed;
    if (shared > 0) {
      sources.put(used ? "the ahead-of-time cache" : "the JDK's own archive", shared);
    }
    List<Inside.Source> most =
        sources.entrySet().stream()
            .map(entry -> new Inside.Source(entry.getKey(), entry.getValue()))
            .sorted(
                Comparator.comparingInt(Inside.Source::classes)
                    .reversed()
                    .thenComparing(Inside.Source::where))
            .toList();
    return new Inside.Jvm(
        classes, shared, most, used, cacheWords(used, without), collections, pauseNanos);
  }

  private String cacheWords(boolean used, String without) {
    if (used) {
      return cache;
    }
    return cache.isEmpty() ? without : "the JVM did not take " + cache + ": " + why.strip();
  }
}
