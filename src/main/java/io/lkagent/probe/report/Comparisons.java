package io.lkagent.probe.report;

import io.lkagent.probe.Comparison;
import io.lkagent.probe.Comparison.Change;
import io.lkagent.probe.Comparison.Trend;
import io.lkagent.probe.Distribution;
import io.lkagent.probe.Metric.Unit;
import io.lkagent.probe.ProbeResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** Tells a change from noise. */
public final class Comparisons {
  /** How a comparison is made, for people. */
  static final String RULE =
      "more than noise: p < 1 % (Mann-Whitney U), and medians at least 2 % and 1 ms (64 KiB, 1)"
          + " apart";

  private static final double CERTAIN = 0.01;
  private static final double LEAST_SHARE = 0.02;

  /** With fewer on either side no difference can be as rare as 1 %. */
  private static final int FEWEST = 6;

  private Comparisons() {}

  /** Every figure that both probes have, at each number at once that both have. */
  public static Comparison of(Baseline before, ProbeResult now) {
    List<Change> changes = new ArrayList<>();
    for (int atOnce : now.plan().concurrency()) {
      Map<String, List<Long>> old = before.samples().getOrDefault(atOnce, Map.of());
      for (Measure measure : Measure.allOf(now)) {
        List<Long> then = old.getOrDefault(measure.name(), List.of());
        List<Long> today = measure.values(now.measured(atOnce));
        if (!then.isEmpty() && !today.isEmpty()) {
          changes.add(change(measure, atOnce, then, today));
        }
      }
    }
    return new Comparison(before.file(), before.at(), changes, notes(before, now, changes));
  }

  private static Change change(Measure measure, int atOnce, List<Long> then, List<Long> today) {
    Distribution before = Distribution.of(then);
    Distribution now = Distribution.of(today);
    double p = mannWhitney(then, today);
    return new Change(
        measure.name(), measure.unit(), atOnce, before, now, p, trend(measure, before, now, p));
  }

  private static Trend trend(Measure measure, Distribution before, Distribution now, double p) {
    if (Math.min(before.count(), now.count()) < FEWEST) {
      return Trend.UNKNOWN;
    }
    long difference = now.p50() - before.p50();
    double least = Math.max(LEAST_SHARE * before.p50(), (double) least(measure.unit()));
    if (p >= CERTAIN || Math.abs(difference) < least) {
      return Trend.NOISE;
    }
    return difference > 0 ? Trend.WORSE : Trend.BETTER;
  }

  private static long least(Unit unit) {
    return switch (unit) {
      case NANOS -> 1_000_000;
      case BYTES -> 64 * 1024;
      case COUNT -> 1;
    };
  }

  private static List<String> notes(Baseline before, ProbeResult now, List<Change> changes) {
    List<String> notes = new ArrayList<>();
    if (!before.runtime().equals(now.subject().runtime())) {
      notes.add("the runtime was " + named(before.runtime()));
    }
    if (before.cpus() != now.subject().cpus()) {
      notes.add("the machine had " + cpus(before.cpus()));
    }
    if (!before.limits().equals(now.subject().limits())) {
      notes.add("the limits were " + named(before.limits()));
    }
    now.plan().concurrency().stream()
        .filter(atOnce -> !before.samples().containsKey(atOnce))
        .forEach(atOnce -> notes.add("it has no starts with " + atOnce + " at once"));
    if (changes.stream().anyMatch(change -> change.trend() == Trend.UNKNOWN)) {
      notes.add("noise cannot be told from change with fewer than " + FEWEST + " starts each");
    }
    return notes;
  }

  private static String named(String words) {
    return words.isEmpty() ? "none" : words;
  }

  static String cpus(double cpus) {
    String number = cpus == Math.rint(cpus) ? Long.toString((long) cpus) : Double.toString(cpus);
    return number + (cpus == 1 ? " CPU" : " CPUs");
  }

  /** The two-sided probability, by the normal approximation with ties and continuity corrected. */
  static double mannWhitney(List<Long> a, List<Long> b) {
    long[] sorted = LongStream.concat(longs(a), longs(b)).sorted().toArray();
    double n = sorted.length;
    double rankSum = 0;
    double ties = 0;
    long[] first = longs(a).sorted().toArray();
    int mine = 0;
    for (int from = 0; from < sorted.length; ) {
      int to = from;
      while (to < sorted.length && sorted[to] == sorted[from]) {
        to++;
      }
      double rank = (from + 1 + to) / 2.0;
      while (mine < first.length && first[mine] == sorted[from]) {
        rankSum += rank;
        mine++;
      }
      double same = to - from;
      ties += same * same * same - same;
      from = to;
    }
    double u = rankSum - a.size() * (a.size() + 1.0) / 2;
    double product = (double) a.size() * b.size();
    double variance = product / 12 * (n + 1 - ties / (n * (n - 1)));
    if (!(variance > 0)) {
      return 1;
    }
    double z = Math.max(0, Math.abs(u - product / 2) - 0.5) / Math.sqrt(variance);
    return Math.min(1, 2 * upperTail(z));
  }

  private static LongStream longs(List<Long> values) {
    return values.stream().mapToLong(Long::longValue);
  }

  /** Of the standard normal distribution, within 1e-7 (Zelen and Severo's polynomial). */
  private static double upperTail(double z) {
    double t = 1 / (1 + 0.2316419 * z);
    double polynomial =
        t
            * (0.319381530
                + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    return Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) * polynomial;
  }
}
