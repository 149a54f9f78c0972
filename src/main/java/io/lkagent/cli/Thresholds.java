package io.lkagent.cli;

import io.lkagent.probe.Distribution.Stat;
import io.lkagent.probe.Metric;
import io.lkagent.probe.report.Measure;
import io.lkagent.probe.report.Threshold;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import picocli.CommandLine.TypeConversionException;

/** How thresholds are read: {@code ready.p99=1s}, {@code pss.max=80MiB}, {@code 99.9%}. */
final class Thresholds {
  private static final List<String> STATS =
      Arrays.stream(Stat.values()).map(stat -> stat.name().toLowerCase(Locale.ROOT)).toList();
  private static final List<String> METRICS =
      Arrays.stream(Metric.values()).map(Metric::text).toList();

  private Thresholds() {}

  static Threshold max(String text) {
    int equals = text.lastIndexOf('=');
    if (equals <= 0) {
      throw new UsageException(
          "--max \"%s\" has no value; write it as ready.p99=1s".formatted(text));
    }
    String figure = text.substring(0, equals).strip();
    String value = text.substring(equals + 1).strip();
    int dot = figure.lastIndexOf('.');
    String stat = figure.substring(dot + 1);
    if (dot < 0 && METRICS.contains(figure)) {
      throw new UsageException(
          "--max %s says not which one; write %s.p99=%s, or one of %s"
              .formatted(text, figure, value, String.join(", ", STATS)));
    }
    if (!STATS.contains(stat)) {
      throw new UsageException(
          "--max %s: there is no \"%s\"%s; there are %s"
              .formatted(text, stat, Suggestion.forTypo(stat, STATS), String.join(", ", STATS)));
    }
    Measure measure = measure(text, dot < 0 ? Metric.READY.text() : figure.substring(0, dot));
    return new Threshold(
        measure, Stat.valueOf(stat.toUpperCase(Locale.ROOT)), limit(text, measure, value));
  }

  private static Measure measure(String text, String name) {
    if (name.startsWith(Measure.COMPONENT) && name.length() > Measure.COMPONENT.length()) {
      return Measure.component(name.substring(Measure.COMPONENT.length()));
    }
    if (!METRICS.contains(name)) {
      throw new UsageException(
          "--max %s: there is no metric \"%s\"%s; there are %s, component:NAME"
              .formatted(
                  text, name, Suggestion.forTypo(name, METRICS), String.join(", ", METRICS)));
    }
    return Measure.of(Metric.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_')));
  }

  private static long limit(String text, Measure measure, String value) {
    try {
      return switch (measure.unit()) {
        case NANOS -> Values.nanos(value);
        case BYTES -> Values.bytes(value);
        case COUNT -> Values.count(value);
      };
    } catch (TypeConversionException e) {
      throw new UsageException("--max " + text + ": " + e.getMessage());
    }
  }

  /** {@code 99.9%} or {@code 99.9} as a fraction. */
  static double percent(String option, String text, double most) {
    OptionalDouble number = number(text.strip().replaceFirst("\\s*%$", ""));
    boolean fraction =
        !text.contains("%") && number.orElse(0) > 0 && number.orElse(0) < 1 && most == 100;
    if (number.isEmpty() || !(number.getAsDouble() >= 0) || number.getAsDouble() > most) {
      throw new UsageException(
          "%s \"%s\" is not a percentage such as 99.9%%".formatted(option, text));
    }
    if (fraction) {
      throw new UsageException(
          "%s %s would be less than 1 %%; write 99.9%%, or %s%% if that is meant"
              .formatted(option, text, text));
    }
    return number.getAsDouble() / 100;
  }

  private static OptionalDouble number(String text) {
    try {
      return OptionalDouble.of(Double.parseDouble(text));
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }
}
