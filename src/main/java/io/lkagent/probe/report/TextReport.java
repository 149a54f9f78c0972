package io.lkagent.probe.report;

import io.lkagent.log.Printable;
import io.lkagent.probe.Advice;
import io.lkagent.probe.AppLoad;
import io.lkagent.probe.Distribution;
import io.lkagent.probe.Distribution.Stat;
import io.lkagent.probe.FaultResult;
import io.lkagent.probe.Finding;
import io.lkagent.probe.Inside;
import io.lkagent.probe.Metric;
import io.lkagent.probe.Part;
import io.lkagent.probe.ProbeReport;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.ProbeRun;
import io.lkagent.probe.Subject;
import io.lkagent.probe.Verdict.Check;
import io.lkagent.probe.advice.Saving;
import io.lkagent.probe.advice.Savings;
import io.lkagent.probe.inside.InsideText;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A probe's report for people: the answer first, the verdict last. */
public final class TextReport {
  static final int COLUMNS = 80;

  private static final int WIDE = 110;
  private static final Set<Metric> MAIN =
      EnumSet.of(
          Metric.HELLO,
          Metric.READY,
          Metric.PONG,
          Metric.CPU,
          Metric.CPU_WAIT,
          Metric.PSS,
          Metric.RSS,
          Metric.DISK);

  private final ProbeReport report;
  private final ProbeResult result;
  private final Ink ink;
  private final boolean wide;
  private final List<String> lines = new ArrayList<>();

  private TextReport(ProbeReport report, Ink ink, boolean wide) {
    this.report = report;
    this.result = report.result();
    this.ink = ink;
    this.wide = wide;
  }

  /**
   * Its lines.
   *
   * @param wide every figure, not only those that most ask for
   */
  public static List<String> of(ProbeReport report, boolean colour, boolean wide) {
    TextReport text = new TextReport(report, new Ink(colour), wide);
    text.write();
    return text.lines;
  }

  private void write() {
    head();
    timeline();
    components();
    figures();
    parts();
    scan();
    inside();
    faults();
    if (report.comparison() != null) {
      section("Compared with " + Printable.of(report.comparison().baseline()));
      lines.addAll(new ComparisonText(report.comparison(), ink, wide).lines());
    }
    failures();
    findings();
    advice();
    notes();
    verdict();
  }

  private void head() {
    lines.add(ink.bold(Headline.of(result)));
    lines.add(ink.dim(Headline.where(result)));
    AppLoad load = result.subject().load();
    if (load != null) {
      lines.addAll(Grid.wrapped("", Headline.load(load), "", COLUMNS));
    }
  }

  private void section(String title) {
    lines.add("");
    lines.add(ink.bold(title));
  }

  private void timeline() {
    MedianStart.of(result)
        .ifPresent(median -> {
          section("Where the time goes (start %d, the median)".formatted(median.run().number()));
          lines.addAll(new Waterfall(median, ink).lines());
        });
  }

  private void components() {
    List<Saving> parts = Savings.of(MedianStart.ready(result));
    if (parts.isEmpty()) {
      return;
    }
    section("What each component costs (medians)");
    Grid grid = new Grid("", "ready waits", "optional: saves", "in parallel: saves");
    for (Saving part : parts) {
      grid.row(
          List.of(
              part.component(),
              Figures.time(part.waited()),
              Figures.time(part.optional()),
              Figures.time(part.parallel())));
    }
    lines.addAll(grid.lines(ink));
  }

  private void figures() {
    Grid grid = new Grid("", "min", "p50", "p90", "p99", "max");
    for (Measure measure : Measure.allOf(result)) {
      Distribution d = measure.over(result.measured());
      if (d.count() > 0 && (wide || isMain(measure))) {
        List<String> cells = new ArrayList<>(List.of(measure.name()));
        for (Stat stat : List.of(Stat.MIN, Stat.P50, Stat.P90, Stat.P99, Stat.MAX)) {
          cells.add(Figures.text(measure.unit(), d, stat));
        }
        grid.row(cells);
      }
    }
    if (!grid.isEmpty()) {
      section("Figures" + (wide ? "" : " (-o wide shows all)"));
      lines.addAll(grid.lines(ink));
    }
  }

  private static boolean isMain(Measure measure) {
    return measure.name().startsWith(Measure.COMPONENT)
        || MAIN.stream().anyMatch(metric -> metric.text().equals(measure.name()));
  }

  /** First, cold and warm starts beside each other. */
  private void parts() {
    if (result.of(Part.FIRST).isEmpty() && result.of(Part.COLD).isEmpty()) {
      return;
    }
    Grid grid = new Grid("", "starts", "ready", "longest", "disk read");
    part(grid, "first", result.of(Part.FIRST));
    part(grid, "cold cache", result.of(Part.COLD));
    part(grid, "warm", result.measured());
    section("First, cold and warm (medians)");
    lines.addAll(grid.lines(ink));
  }

  private static void part(Grid grid, String name, List<ProbeRun> runs) {
    if (!runs.isEmpty()) {
      Distribution ready = Metric.READY.over(runs);
      grid.row(
          List.of(
              name,
              Figures.count(runs.size()),
              Figures.text(Metric.Unit.NANOS, ready, Stat.P50),
              Figures.text(Metric.Unit.NANOS, ready, Stat.MAX),
              Figures.text(Metric.Unit.BYTES, Metric.DISK.over(runs), Stat.P50)));
    }
  }

  private void scan() {
    List<Integer> all = result.plan().concurrency();
    if (all.size() < 2) {
      return;
    }
    Grid grid = new Grid("at once", "p50", "p99", "CPU", "CPU wait", "failed");
    for (int atOnce : all) {
      List<ProbeRun> runs = result.measured(atOnce);
      Distribution ready = Metric.READY.over(runs);
      long failed = runs.stream().filter(run -> !run.outcome().ready()).count();
      grid.row(
          List.of(
              Integer.toString(atOnce),
              Figures.text(Metric.Unit.NANOS, ready, Stat.P50),
              Figures.text(Metric.Unit.NANOS, ready, Stat.P99),
              Figures.text(Metric.Unit.NANOS, Metric.CPU.over(runs), Stat.P50),
              Figures.text(Metric.Unit.NANOS, Metric.CPU_WAIT.over(runs), Stat.P50),
              Figures.count(failed)));
    }
    section("Time to ready, so many started at once");
    lines.addAll(grid.lines(ink));
  }

  private void inside() {
    if (result.inside() instanceof Inside.Unknown && !result.plan().inside()) {
      return;
    }
    section("Inside the runtime");
    InsideText.lines(result.inside()).forEach(line -> lines.add("  " + Printable.of(line)));
  }

  private void faults() {
    if (result.faults().isEmpty()) {
      return;
    }
    section("Faults");
    int name = result.faults().stream().mapToInt(f -> f.name().length()).max().orElse(0);
    String under = " ".repeat(name + 15);
    for (FaultResult fault : result.faults()) {
      String reason = fault.reason().isEmpty() ? "" : " [" + fault.reason() + "]";
      String first =
          "  %s %s %s  "
              .formatted(
                  mark(fault.passed()),
                  Grid.left(fault.name(), name),
                  Grid.right(Figures.time(fault.nanos()), 8));
      lines.addAll(Grid.wrapped(first, fault.seen() + reason, under, WIDE));
      if (!fault.passed()) {
        lines.addAll(Grid.wrapped(under, "expected: " + fault.expected(), under, WIDE));
      }
    }
    lines.add("  In brackets: the reason that the worker would record.");
  }

  private void failures() {
    for (Failures.Kind kind : Failures.of(result)) {
      section(
          "%s of %s starts failed"
              .formatted(Figures.count(kind.runs().size()), Figures.count(result.runs().size())));
      lines.addAll(
          Grid.wrapped(
              "  " + ink.red("✗") + " ",
              kind.cause() + " (" + kind.numbers() + ")",
              "    ",
              COLUMNS));
      kind.meaning()
          .forEach(
              line -> lines.addAll(Grid.wrapped("    usually: ", line, "             ", COLUMNS)));
      kind.output().forEach(line -> lines.add("    " + ink.dim("│ ") + line));
    }
  }

  private void findings() {
    if (report.findings().isEmpty()) {
      return;
    }
    section("Findings");
    for (Finding finding : report.findings()) {
      String sign =
          switch (finding.severity()) {
            case INFO -> ink.cyan("·");
            case WARN -> ink.yellow("!");
            case ERROR -> ink.red("✗");
          };
      lines.addAll(Grid.wrapped("  " + sign + " ", finding.what(), "    ", COLUMNS));
      lines.addAll(Grid.wrapped("    → ", finding.remedy(), "      ", COLUMNS));
    }
  }

  private void advice() {
    Advice advice = report.advice();
    if (advice.reasons().isEmpty()) {
      return;
    }
    section("For the worker");
    lines.add("  " + Headline.settings(advice));
    advice.reasons().forEach(reason -> lines.addAll(Grid.wrapped("  · ", reason, "    ", COLUMNS)));
  }

  private void notes() {
    if (!result.notes().isEmpty()) {
      section("Notes");
      result.notes().forEach(note -> lines.addAll(Grid.wrapped("  · ", note, "    ", COLUMNS)));
    }
  }

  private void verdict() {
    section("Checks");
    int name = report.verdict().checks().stream().mapToInt(c -> c.name().length()).max().orElse(0);
    int limit =
        report.verdict().checks().stream().mapToInt(c -> c.limit().length()).max().orElse(0);
    for (Check check : report.verdict().checks()) {
      lines.add(
          "  %s %s  %s  %s"
              .formatted(
                  mark(check.passed()),
                  Grid.left(check.name(), name),
                  Grid.left(check.limit(), limit),
                  Printable.of(check.actual())));
    }
    lines.add("");
    String grade = report.verdict().grade().name();
    String shown =
        switch (report.verdict().grade()) {
          case PASS -> ink.green(ink.bold(grade));
          case WARN -> ink.yellow(ink.bold(grade));
          case FAIL -> ink.red(ink.bold(grade));
        };
    lines.addAll(Grid.wrapped(shown + "  ", Headline.verdict(report), "      ", COLUMNS));
  }

  private String mark(boolean passed) {
    return passed ? ink.green("✓") : ink.red("✗");
  }

  static String joined(List<String> words) {
    return words.stream().filter(word -> !word.isEmpty()).collect(Collectors.joining(", "));
  }

  static String named(Subject subject) {
    return subject.runtime().isEmpty()
        ? subject.agent()
        : subject.agent() + " on " + subject.runtime();
  }
}
