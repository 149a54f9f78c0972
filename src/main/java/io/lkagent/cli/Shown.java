package io.lkagent.cli;

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
