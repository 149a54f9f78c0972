package io.lkagent.probe;

import java.util.Arrays;
import java.util.Collection;
import org.HdrHistogram.Histogram;

/**
 * How a figure is spread over many starts; exact at the ends, within 0.1 % between them.
 *
 * @param count how many starts had the figure
 */
public record Distribution(
    int count, long min, long p50, long p90, long p99, long max, double mean) {
  /** The words for a distribution's figures, as thresholds name them. */
  public enum Stat {
    MIN,
    P50,
    P90,
    P99,
    MAX,
    MEAN
  }

  public static final Distribution EMPTY = new Distribution(0, 0, 0, 0, 0, 0, 0);

  private static final int DIGITS = 3;

  /** Of values that are 0 or more; negative ones, which nobody measured, are left out. */
  public static Distribution of(Collection<Long> values) {
    long[] known = values.stream().mapToLong(Long::longValue).filter(v -> v >= 0).toArray();
    if (known.length == 0) {
      return EMPTY;
    }
    Histogram histogram = new Histogram(DIGITS);
    histogram.setAutoResize(true);
    Arrays.stream(known).forEach(histogram::recordValue);
    long min = Arrays.stream(known).min().getAsLong();
    long max = Arrays.stream(known).max().getAsLong();
    return new Distribution(
        known.length,
        min,
        within(min, histogram.getValueAtPercentile(50), max),
        within(min, histogram.getValueAtPercentile(90), max),
        within(min, histogram.getValueAtPercentile(99), max),
        max,
        Arrays.stream(known).average().getAsDouble());
  }

  /** One of its figures. */
  public long at(Stat stat) {
    return switch (stat) {
      case MIN -> min;
      case P50 -> p50;
      case P90 -> p90;
      case P99 -> p99;
      case MAX -> max;
      case MEAN -> Math.round(mean);
    };
  }

  private static long within(long min, long value, long max) {
    return Math.clamp(value, min, max);
  }
}
