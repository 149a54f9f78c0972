package io.lkagent.probe.report;

import io.lkagent.probe.Distribution;
import io.lkagent.probe.Metric;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.advice.Slice;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * Drawings in SVG; colours come from the page's style, so that they fit its light and dark form.
 */
final class Charts {
  private static final int WIDE = 1_000;
  private static final int MOST_MARKS = 150;
  private static final int BINS = 50;
  private static final int SCAN_WIDE = 640;
  private static final int SCAN_HIGH = 240;
  private static final int LEFT = 70;
  private static final int RIGHT = 20;
  private static final int TOP = 12;
  private static final int BOTTOM = 30;
  private static final int LINES = 4;

  private Charts() {}

  /** A row's slices on the scale of a whole start. */
  static String lane(MedianStart.Row row, long end) {
    String kind =
        switch (row.kind()) {
          case UNEXPLAINED -> "odd";
          case PONG -> "after";
          case OPTIONAL -> "optional";
          default -> "bar";
        };
    StringBuilder svg = begun(16);
    for (Slice slice : row.slices()) {
      double from = (double) WIDE * slice.from() / end;
      double width = Math.max(2, (double) WIDE * slice.nanos() / end);
      svg.append(
          String.format(
              Locale.ROOT,
              "<rect class=\"%s\" x=\"%.1f\" y=\"0\" width=\"%.1f\" height=\"16\"><title>%s</title>"
                  + "</rect>",
              kind,
              Math.min(from, WIDE - 2.0),
              width,
              Markup.escaped(
                  row.name()
                      + ": "
                      + Figures.time(slice.from())
                      + " to "
                      + Figures.time(slice.to()))));
    }
    return svg.append("</svg>").toString();
  }

  /** One bar, as long as its share of the longest. */
  static String length(String kind, long value, long most) {
    return begun(16)
        + String.format(
            Locale.ROOT,
            "<rect class=\"%s\" width=\"%.1f\" height=\"16\"/></svg>",
            kind,
            (double) WIDE * value / Math.max(1, most));
  }

  /** A line for each value, or bars of how many there are when they are many. */
  static String spread(List<Long> values, Distribution d) {
    StringBuilder svg = begun(30);
    double range = Math.max(1, d.max() - d.min());
    if (values.size() <= MOST_MARKS) {
      values.forEach(value -> line(svg, "mark", 4, 26, at(value, d, range)));
    } else {
      bars(svg, values, d, range);
    }
    line(svg, "half", 0, 30, at(d.p50(), d, range));
    return svg.append("</svg>").toString();
  }

  private static double at(long value, Distribution d, double range) {
    // A single value, or many that are the same, stand in the middle.
    return d.max() == d.min() ? WIDE / 2.0 : 8 + (WIDE - 16) * (value - d.min()) / range;
  }

  private static void line(StringBuilder svg, String kind, int from, int to, double x) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>",
            kind,
            x,
            x,
            from,
            to));
  }

  private static void bars(StringBuilder svg, List<Long> values, Distribution d, double range) {
    int[] bins = new int[BINS];
    values.forEach(v -> bins[(int) Math.min(BINS - 1, BINS * (v - d.min()) / range)]++);
    int most = java.util.Arrays.stream(bins).max().orElse(1);
    double width = (double) WIDE / BINS;
    for (int i = 0; i < BINS; i++) {
      double high = bins[i] == 0 ? 0 : Math.max(1, 30.0 * bins[i] / most);
      svg.append(
          String.format(
              Locale.ROOT,
              "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
              i * width,
              30 - high,
              width - 1,
              high));
    }
  }

  private static StringBuilder begun(int high) {
    return new StringBuilder(
        "<svg viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
            .formatted(WIDE, high));
  }

  /** Median and p99 of the time to ready over how many are started at once, where any was ready. */
  static String scan(ProbeResult result) {
    List<Integer> all =
        result.plan().concurrency().stream()
            .filter(k -> Metric.READY.over(result.measured(k)).count() > 0)
            .sorted()
            .toList();
    if (all.isEmpty()) {
      return "";
    }
    long most =
        all.stream().mapToLong(k -> Metric.READY.over(result.measured(k)).p99()).max().orElse(1);
    long step = step(most);
    long top = Math.max(step, (most + step - 1) / step * step);
    StringBuilder svg =
        new StringBuilder(
            ("<svg viewBox=\"0 0 %d %d\" role=\"img\""
                    + " aria-label=\"time to ready by how many start at once\">")
                .formatted(SCAN_WIDE, SCAN_HIGH));
    for (long y = 0; y <= top; y += step) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<line class=\"axis\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                  + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
              LEFT,
              SCAN_WIDE - RIGHT,
              high(y, top),
              high(y, top),
              LEFT - 8,
              high(y, top) + 4,
              Figures.time(y)));
    }
    for (int k : all) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d</text>",
              along(k, all),
              SCAN_HIGH - 8,
              k));
    }
    curve(svg, "p99", all, top, k -> Metric.READY.over(result.measured(k)).p99());
    curve(svg, "p50", all, top, k -> Metric.READY.over(result.measured(k)).p50());
    return svg.append("</svg>").toString();
  }

  private static void curve(
      StringBuilder svg, String kind, List<Integer> all, long top, ToLongFunction<Integer> figure) {
    StringBuilder points = new StringBuilder();
    StringBuilder dots = new StringBuilder();
    for (int k : all) {
      long value = figure.applyAsLong(k);
      String place = String.format(Locale.ROOT, "%.1f,%.1f", along(k, all), high(value, top));
      points.append(place).append(' ');
      String[] xy = place.split(",", 2);
      dots.append(
          "<circle cx=\"%s\" cy=\"%s\" r=\"4\"><title>%s at %d</title></circle>"
              .formatted(xy[0], xy[1], Figures.time(value), k));
    }
    svg.append("<polyline class=\"%s\" points=\"%s\"/><g>%s</g>".formatted(kind, points, dots));
  }

  private static double along(int k, List<Integer> all) {
    int least = all.getFirst();
    int most = all.getLast();
    double share = most == least ? 0.5 : (double) (k - least) / (most - least);
    return LEFT + 20 + share * (SCAN_WIDE - RIGHT - LEFT - 40);
  }

  private static double high(long value, long top) {
    return SCAN_HIGH - BOTTOM - (double) value / top * (SCAN_HIGH - BOTTOM - TOP);
  }

  /** 1, 2 or 5 times a power of ten, so that about four lines fit. */
  private static long step(long most) {
    double rough = Math.max(1, most / (double) LINES);
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double digit = rough / power;
    double nice = digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10;
    return Math.max(1, Math.round(nice * power));
  }
}
