package io.lkagent.probe.advice;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** How findings write figures. */
final class Words {
  private Words() {}

  /** {@code 2.31 s}, {@code 45 ms}, {@code 0.3 ms}. */
  static String time(long nanos) {
    double millis = nanos / 1e6;
    if (millis >= 100) {
      return decimal(millis / 1_000, 2) + " s";
    }
    return millis >= 1 ? decimal(millis, 0) + " ms" : decimal(millis, 1) + " ms";
  }

  /** {@code 520 MB}, {@code 2.1 GB}. */
  static String size(long bytes) {
    return bytes >= 1_000_000_000
        ? decimal(bytes / 1e9, 1) + " GB"
        : bytes >= 10_000_000 ? decimal(bytes / 1e6, 0) + " MB" : decimal(bytes / 1e6, 1) + " MB";
  }

  /** {@code 1 start}, {@code 3 starts}. */
  static String count(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  static String decimal(double value, int digits) {
    return BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP).toPlainString();
  }
}
