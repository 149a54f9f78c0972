package io.lkagent.probe.report;

import io.lkagent.probe.Comparison;
import io.lkagent.probe.Comparison.Change;
import io.lkagent.probe.Comparison.Trend;
import io.lkagent.probe.Distribution.Stat;
import io.lkagent.probe.Metric;
import java.util.ArrayList;
import java.util.List;

/** What differs from an earlier probe, as a table. */
final class ComparisonText {
  private final Comparison comparison;
  private final Ink ink;
  private final boolean wide;

  ComparisonText(Comparison comparison, Ink ink, boolean wide) {
    this.comparison = comparison;
    this.ink = ink;
    this.wide = wide;
  }

  List<String> lines() {
    Grid grid = new Grid("", "p50", "now", "change", "p99", "now", "");
    List<Change> shown = comparison.changes().stream().filter(this::shown).toList();
    for (Change change : shown) {
      grid.row(
          List.of(
              name(change),
              Figures.text(change.unit(), change.before(), Stat.P50),
              Figures.text(change.unit(), change.now(), Stat.P50),
              Figures.growth(change.growth()),
              Figures.text(change.unit(), change.before(), Stat.P99),
              Figures.text(change.unit(), change.now(), Stat.P99),
              word(change.trend())));
    }
    List<String> plain = grid.lines(ink);
    List<String> lines = new ArrayList<>(List.of(plain.getFirst()));
    for (int i = 0; i < shown.size(); i++) {
      lines.add(coloured(shown.get(i).trend(), plain.get(i + 1)));
    }
    comparison.notes().forEach(note -> lines.add("  · " + note));
    lines.addAll(Grid.wrapped("  ", Comparisons.RULE, "  ", 80).stream().map(ink::dim).toList());
    return lines;
  }

  /** What has changed, and the time to ready in any case. */
  private boolean shown(Change change) {
    return wide
        || change.name().equals(Metric.READY.text())
        || change.trend() == Trend.BETTER
        || change.trend() == Trend.WORSE;
  }

  static String name(Change change) {
    return change.concurrency() > 1 ? change.name() + " ×" + change.concurrency() : change.name();
  }

  static String word(Trend trend) {
    return switch (trend) {
      case NOISE -> "noise";
      case BETTER -> "better";
      case WORSE -> "worse";
      case UNKNOWN -> "?";
    };
  }

  private String coloured(Trend trend, String line) {
    return switch (trend) {
      case NOISE, UNKNOWN -> line;
      case BETTER -> ink.green(line);
      case WORSE -> ink.red(line);
    };
  }
}
