package io.lkagent.probe.report;

import io.lkagent.probe.Distribution;
import io.lkagent.probe.Metric.Unit;
import io.lkagent.probe.Times;
import java.util.Locale;

/** Figures as people read them: three digits and a unit. */
public final class Figures {
  static final String NONE = "–";

  private static final double KIBI = 1024;

  private Figures() {}

  /** {@code 184 ms}, {@code 41.2 MiB}, {@code 5,121}; a dash for what is not known. */
  public static String text(Unit unit, long value) {
    if (value == Times.UNKNOWN) {
      return NONE;
    }
    return switch (unit) {
      case NANOS -> time(value);
      case BYTES -> memory(value);
      case COUNT -> count(value);
    };
  }

  /** One figure of a distribution; a dash when it is of nothing. */
  static String text(Unit unit, Distribution of, Distribution.Stat stat) {
    return of.count() == 0 ? NONE : text(unit, of.at(stat));
  }

  static String time(long nanos) {
    double micros = nanos / 1e3;
    if (nanos == 0) {
      return "0 ms";
    }
    if (micros < 999.5) {
      return digits(micros) + " µs";
    }
    return micros < 999_500 ? digits(micros / 1e3) + " ms" : digits(micros / 1e6) + " s";
  }

  private static String memory(long bytes) {
    if (bytes < KIBI) {
      return bytes + " B";
    }
    double kibi = bytes / KIBI;
    if (kibi < 999.5) {
      return digits(kibi) + " KiB";
    }
    double mebi = kibi / KIBI;
    return mebi < 999.5 ? digits(mebi) + " MiB" : digits(mebi / KIBI) + " GiB";
  }

  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** {@code 99.9 %}; never rounded up to 100. */
  static String percent(double rate) {
    double hundredths = rate == 1 ? 10_000 : Math.min(9_999, Math.round(rate * 10_000));
    String text = String.format(Locale.ROOT, "%.2f", hundredths / 100);
    return text.replaceFirst("\\.?0+$", "") + " %";
  }

  /** {@code +12 %}, {@code -0.4 %}. */
  static String growth(double fraction) {
    double percent = fraction * 100;
    String format =
        Math.abs(percent) < 9.95 && percent != Math.rint(percent) ? "%+.1f %%" : "%+.0f %%";
    return String.format(Locale.ROOT, format, percent);
  }

  private static String digits(double value) {
    String format = value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f";
    return String.format(Locale.ROOT, format, value);
  }
}
