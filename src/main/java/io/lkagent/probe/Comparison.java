package io.lkagent.probe;

import java.util.List;

/**
 * What differs from an earlier probe.
 *
 * @param baseline the earlier probe's file
 * @param at when that one began, as it is written there
 * @param notes what makes the two hard to compare, one line each
 */
public record Comparison(String baseline, String at, List<Change> changes, List<String> notes) {
  public Comparison {
    changes = List.copyOf(changes);
    notes = List.copyOf(notes);
  }

  /** Whether a difference is more than noise, and of which kind. */
  public enum Trend {
    /** Within what two probes of the same agent differ by anyway. */
    NOISE,

    /** Less of it than before. */
    BETTER,

    /** More of it than before. */
    WORSE,

    /** Too few starts on either side to tell. */
    UNKNOWN
  }

  /**
   * One figure, then and now.
   *
   * @param name as thresholds name it, such as {@code ready} or {@code component:vad}
   * @param concurrency how many were started at once, both times
   * @param p how likely such a difference is between starts that do not differ (Mann-Whitney U)
   */
  public record Change(
      String name,
      Metric.Unit unit,
      int concurrency,
      Distribution before,
      Distribution now,
      double p,
      Trend trend) {
    /** By how much the median has grown, as a fraction of what it was; 0 when that was 0. */
    public double growth() {
      return before.p50() == 0 ? 0 : (double) (now.p50() - before.p50()) / before.p50();
    }
  }
}
