package io.lkagent.cli;

import io.lkagent.log.Printable;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Settings as a person reads them. */
final class Shown {
  private Shown() {}

  static String value(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case Duration duration -> duration(duration);
      case OptionalLong size -> size.isPresent() ? size(size.getAsLong()) : "off";
      case OptionalInt tries -> tries.isPresent() ? "" + tries.getAsInt() : "unlimited";
      case Enum<?> name -> name.name().toLowerCase(Locale.ROOT);
      case Collection<?> many ->
          many.stream().map(String::valueOf).collect(Collectors.joining(" "));
      default -> value.toString();
    };
  }

  private static String duration(Duration duration) {
    long millis = duration.toMillis();
    return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
  }

  /** As a table shows an age: {@code 48s}, {@code 12m}, {@code 2h3m}, {@code 3d4h}. */
  static String age(Duration age) {
    long seconds = age.toSeconds();
    if (seconds < 60) {
      return seconds + "s";
    }
    long minutes = seconds / 60;
    if (minutes < 60) {
      return minutes + "m";
    }
    long hours = minutes / 60;
    return hours < 24 ? hours + "h" + minutes % 60 + "m" : hours / 24 + "d" + hours % 24 + "h";
  }

  /** As a table shows memory: {@code 13.2 MiB}. */
  static String memory(long bytes) {
    return bytes <= 0 ? "-" : String.format(Locale.ROOT, "%.1f MiB", bytes / 1_048_576.0);
  }

  /** As a table shows a short time: {@code 38 ms}, {@code 2.5 s}, {@code 10 s}. */
  static String time(Duration time) {
    return time.toMillis() < 1_000
        ? time.toMillis() + " ms"
        : String.format(Locale.ROOT, "%.2f", time.toMillis() / 1_000.0).replaceFirst("\\.?0+$", "")
            + " s";
  }

  /** A name between quotes, without what could break a line. */
  static String quoted(String name) {
    return '"' + Printable.of(name) + '"';
  }

  private static String size(long bytes) {
    return bytes > 0 && bytes % 1_000_000 == 0 ? bytes / 1_000_000 + "MB" : Long.toString(bytes);
  }

  /** The table of {@code --print-config}. */
  static List<String> table(NamedWorker worker) {
    int option = worker.settings().stream().mapToInt(s -> s.option().length()).max().orElse(0);
    int value =
        worker.settings().stream().mapToInt(s -> Math.min(s.value().length(), 40)).max().orElse(0);
    String row = "%-" + Math.max(option, 6) + "s  %-" + Math.max(value, 5) + "s  %s";
    List<String> lines = new java.util.ArrayList<>();
    lines.add("worker: " + worker.name());
    lines.add(String.format(Locale.ROOT, row, "OPTION", "VALUE", "FROM"));
    for (NamedWorker.Setting setting : worker.settings()) {
      lines.add(
          String.format(Locale.ROOT, row, setting.option(), setting.value(), setting.source())
              .stripTrailing());
    }
    return lines;
  }
}
