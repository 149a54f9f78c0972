package io.lkagent.probe.advice;

import java.util.Locale;

/** How findings write figures. */
final class Words {
  private Words() {}

  /** {@code 2.31 s}, {@code 45 ms}, {@code 0.3 ms}. */
  static String time(long nanos) {
    double millis = nanos / 1e6;
    if (millis >= 100) {
      return format("%.2f s", millis / 1_000);
    }
    return millis >= 1 ? format("%.0f ms", millis) : format("%.1f ms", millis);
  }

  /** {@code 520 MB}, {@code 2.1 GB}. */
  static String size(long bytes) {
    return bytes >= 1_000_000_000
        ? format("%.1f GB", bytes / 1e9)
        : bytes >= 10_000_000 ? format("%.0f MB", bytes / 1e6) : format("%.1f MB", bytes / 1e6);
  }

  /** {@code 1 start}, {@code 3 starts}. */
  static String count(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
