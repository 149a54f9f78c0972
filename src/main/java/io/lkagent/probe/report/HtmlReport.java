package io.lkagent.probe.report;

import io.lkagent.probe.AppLoad;
import io.lkagent.probe.Comparison;
import io.lkagent.probe.Distribution;
import io.lkagent.probe.Distribution.Stat;
import io.lkagent.probe.FaultResult;
import io.lkagent.probe.Finding;
import io.lkagent.probe.Inside;
import io.lkagent.probe.Metric;
import io.lkagent.probe.Metric.Unit;
import io.lkagent.probe.ProbeReport;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.ProbeRun;
import io.lkagent.probe.Verdict.Check;
import io.lkagent.probe.advice.Saving;
import io.lkagent.probe.advice.Savings;
import io.lkagent.probe.inside.InsideText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A probe's report as one page for a browser: no script, and nothing from elsewhere. */
public final class HtmlReport {
  private static final int MOST_ROWS = 500;

  private final ProbeReport report;
  private final ProbeResult result;
  private final StringBuilder body = new StringBuilder();

  private HtmlReport(ProbeReport report) {
    this.report = report;
    this.result = report.result();
  }

  public static String of(ProbeReport report) {
    HtmlReport page = new HtmlReport(report);
    page.write();
    // The body last: what it holds is not searched for marks.
    return template()
        .replace("{{title}}", Markup.escaped("probe-init: " + Headline.of(report.result())))
        .replace(
            "{{footer}}", Markup.escaped(report.result().version() + ", " + report.result().at()))
        .replace("{{body}}", page.body);
  }

  private static String template() {
    try (InputStream in = HtmlReport.class.getResourceAsStream("probe.html")) {
      if (in == null) {
        throw new IllegalStateException("the page's template is not in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write() {
    head();
    tiles();
    checks();
    MedianStart.of(result).ifPresent(this::timeline);
    components();
    failures();
    findings();
    distributions();
    scan();
    inside();
    comparison();
    faults();
    notes();
    figures();
    starts();
  }

  private void head() {
    add("<h1>%s</h1>", Headline.of(result));
    add("<p class=\"soft\">%s</p>", Headline.where(result));
    AppLoad load = result.subject().load();
    if (load != null) {
      add("<p class=\"soft\">%s</p>", Headline.load(load));
    }
    add(
        "<p><span class=\"grade %s\">%s</span>%s</p>",
        report.verdict().grade().name(), report.verdict().grade().name(), Headline.verdict(report));
  }

  private void tiles() {
    Distribution ready = Metric.READY.over(result.measured());
    open("<div class=\"tiles\">");
    tile("ready, median", Figures.text(Unit.NANOS, ready, Stat.P50));
    tile("ready, p99", Figures.text(Unit.NANOS, ready, Stat.P99));
    tile("CPU until ready", main(Metric.CPU));
    tile("waited for a CPU", main(Metric.CPU_WAIT));
    tile("memory (PSS)", main(Metric.PSS));
    tile(
        "starts ready",
        report.verdict().success().succeeded() + " / " + report.verdict().success().starts());
    open("</div>");
  }

  private String main(Metric metric) {
    return Figures.text(metric.unit(), metric.over(result.measured()), Stat.P50);
  }

  private void tile(String name, String value) {
    add("<div class=\"tile\"><span class=\"soft small\">%s</span><b>%s</b></div>", name, value);
  }

  private void section(String title) {
    add("<section><h2>%s</h2>", title);
  }

  private void end() {
    open("</section>");
  }

  private void checks() {
    section("Checks");
    proseTable("", "Limit", "Actual", "");
    for (Check check : report.verdict().checks()) {
      row(check.name(), check.limit(), check.actual(), mark(check.passed()));
    }
    endTable();
    end();
  }

  private void timeline(MedianStart median) {
    section("Where the time goes (start %d, the median)".formatted(median.run().number()));
    median
        .rows()
        .forEach(row -> {
          add("<div class=\"lane\"><span>%s</span>", row.name());
          open(Charts.lane(row, median.end()));
          add("<span>%s</span></div>", Figures.time(row.nanos()));
        });
    add(
        "<p class=\"soft small\">From 0 to %s. What no phase explains is shown in its own colour.</p>",
        Figures.time(median.end()));
    end();
  }

  private void components() {
    List<Saving> parts = Savings.of(MedianStart.ready(result));
    if (parts.isEmpty()) {
      return;
    }
    section("What each component costs (medians)");
    table("", "Ready waits", "Optional or deferred saves", "In parallel saves");
    for (Saving part : parts) {
      row(
          part.component(),
          Figures.time(part.waited()),
          Figures.time(part.optional()),
          Figures.time(part.parallel()));
    }
    endTable();
    add(
        "<p class=\"soft small\">As if there were a CPU for each, and nothing else needed the"
            + " component.</p>");
    end();
  }

  private void failures() {
    for (Failures.Kind kind : Failures.of(result)) {
      section(
          "%s of %s failed"
              .formatted(Figures.count(kind.runs().size()), Headline.starts(result.runs().size())));
      add("<p class=\"bad\">✗ %s (%s)</p>", kind.cause(), kind.numbers());
      kind.meaning().forEach(line -> add("<p class=\"soft small\">usually: %s</p>", line));
      if (!kind.output().isEmpty()) {
        add("<pre>%s</pre>", String.join("\n", kind.output()));
      }
      end();
    }
  }

  private void findings() {
    if (!report.findings().isEmpty()) {
      section("Findings");
      for (Finding finding : report.findings()) {
        add(
            "<div class=\"finding %s\"><p>%s</p><p class=\"soft\">→ %s</p></div>",
            finding.severity().name(), finding.what(), finding.remedy());
      }
      end();
    }
    if (!report.advice().reasons().isEmpty()) {
      section("For the worker");
      add("<p><code>%s</code></p>", Headline.settings(report.advice()));
      list(report.advice().reasons());
      end();
    }
  }

  private void distributions() {
    Stream<Measure> wanted =
        Stream.concat(
            Stream.of(
                    Metric.PROGRAM, Metric.HELLO, Metric.READY, Metric.PONG, Metric.CPU, Metric.PSS)
                .map(Measure::of),
            Measure.componentsOf(result.measured()).stream().map(Measure::component));
    List<Measure> shown =
        wanted.filter(measure -> !measure.values(result.measured()).isEmpty()).toList();
    if (shown.isEmpty()) {
      return;
    }
    section("How the starts are spread");
    for (Measure measure : shown) {
      List<Long> values = measure.values(result.measured());
      Distribution d = Distribution.of(values);
      add("<div class=\"lane strip\"><span>%s</span><div>", measure.name());
      open(Charts.spread(values, d));
      add(
          "<span class=\"soft small\">%s – %s · median %s · p99 %s</span></div></div>",
          Figures.text(measure.unit(), d.min()),
          Figures.text(measure.unit(), d.max()),
          Figures.text(measure.unit(), d.p50()),
          Figures.text(measure.unit(), d.p99()));
    }
    add(
        "<p class=\"soft small\">Each row from its least to its most; a line for each start%s.</p>",
        " (bars when there are many), the strong one is the median");
    end();
  }

  private void scan() {
    if (result.plan().concurrency().size() < 2) {
      return;
    }
    section("Time to ready, so many started at once");
    open("<div class=\"scan\">");
    open(Charts.scan(result));
    open("</div>");
    open(
        "<p class=\"soft small\"><span class=\"swatch\" style=\"background:var(--bar)\"></span>median"
            + "<span class=\"swatch\" style=\"background:var(--odd)\"></span>p99</p>");
    table("At once", "p50", "p99", "CPU", "CPU wait", "Failed");
    for (int atOnce : result.plan().concurrency()) {
      List<ProbeRun> runs = result.measured(atOnce);
      Distribution ready = Metric.READY.over(runs);
      row(
          Integer.toString(atOnce),
          Figures.text(Unit.NANOS, ready, Stat.P50),
          Figures.text(Unit.NANOS, ready, Stat.P99),
          Figures.text(Unit.NANOS, Metric.CPU.over(runs), Stat.P50),
          Figures.text(Unit.NANOS, Metric.CPU_WAIT.over(runs), Stat.P50),
          Figures.count(runs.stream().filter(run -> !run.outcome().ready()).count()));
    }
    endTable();
    end();
  }

  private void inside() {
    if (result.inside() instanceof Inside.Unknown) {
      return;
    }
    section("Inside the runtime");
    if (result.inside() instanceof Inside.Imports imports) {
      long most = imports.shares().stream().mapToLong(Inside.Share::ownNanos).max().orElse(1);
      imports.shares().stream()
          .limit(12)
          .forEach(share -> {
            add("<div class=\"lane\"><span>%s</span>", share.part());
            open(Charts.length(share.framework() ? "after" : "bar", share.ownNanos(), most));
            add("<span>%s</span></div>", Figures.time(share.ownNanos()));
          });
      open("<p class=\"soft small\">Own time; the framework's packages in grey.</p>");
    }
    add("<pre>%s</pre>", String.join("\n", InsideText.lines(result.inside())));
    end();
  }

  private void comparison() {
    Comparison comparison = report.comparison();
    if (comparison == null) {
      return;
    }
    section("Compared with " + comparison.baseline() + ", " + comparison.at());
    table("", "p50", "Now", "Change", "p99", "Now", "");
    for (Comparison.Change change : comparison.changes()) {
      row(
          ComparisonText.name(change),
          Figures.text(change.unit(), change.before(), Stat.P50),
          Figures.text(change.unit(), change.now(), Stat.P50),
          Figures.growth(change.growth()),
          Figures.text(change.unit(), change.before(), Stat.P99),
          Figures.text(change.unit(), change.now(), Stat.P99),
          ComparisonText.word(change.trend()));
    }
    endTable();
    list(comparison.notes());
    add("<p class=\"soft small\">%s</p>", Comparisons.RULE);
    end();
  }

  private void faults() {
    if (result.faults().isEmpty()) {
      return;
    }
    section("Faults");
    proseTable("Fault", "", "Expected", "Seen", "Reason");
    for (FaultResult fault : result.faults()) {
      row(fault.name(), mark(fault.passed()), fault.expected(), fault.seen(), fault.reason());
    }
    endTable();
    end();
  }

  private void notes() {
    if (!result.notes().isEmpty()) {
      section("Notes");
      list(result.notes());
      end();
    }
  }

  private void figures() {
    section("All figures");
    table("", "min", "p50", "p90", "p99", "max");
    for (Measure measure : Measure.allOf(result)) {
      Distribution d = measure.over(result.measured());
      if (d.count() > 0) {
        List<String> cells = new ArrayList<>(List.of(measure.name()));
        for (Stat stat : List.of(Stat.MIN, Stat.P50, Stat.P90, Stat.P99, Stat.MAX)) {
          cells.add(Figures.text(measure.unit(), d, stat));
        }
        row(cells.toArray(String[]::new));
      }
    }
    endTable();
    end();
  }

  private void starts() {
    List<ProbeRun> shown = result.runs().stream().limit(MOST_ROWS).toList();
    section("Starts");
    add(
        "<details%s><summary>%s</summary>",
        shown.size() <= 20 ? " open" : "",
        Headline.starts(result.runs().size())
            + (shown.size() < result.runs().size() ? ", the first " + shown.size() : ""));
    table("Start", "Part", "At once", "hello", "ready", "pong", "CPU", "PSS", "Ended");
    for (ProbeRun run : shown) {
      row(
          Integer.toString(run.number()),
          run.part().text(),
          Integer.toString(run.concurrency()),
          figure(Metric.HELLO, run),
          figure(Metric.READY, run),
          figure(Metric.PONG, run),
          figure(Metric.CPU, run),
          figure(Metric.PSS, run),
          run.outcome().ready() ? "✓" : "✗ " + run.outcome().cause().reason().text());
    }
    endTable();
    open("</details>");
    end();
  }

  private static String figure(Metric metric, ProbeRun run) {
    return Figures.text(metric.unit(), metric.of(run));
  }

  private static String mark(boolean passed) {
    return passed ? "✓" : "✗";
  }

  private void table(String... headings) {
    open("<div class=\"table\"><table>");
    headings(headings);
  }

  /** For sentences, which are broken where a column ends. */
  private void proseTable(String... headings) {
    open("<div class=\"table\"><table class=\"prose\">");
    headings(headings);
  }

  private void headings(String... headings) {
    open("<thead><tr>");
    Stream.of(headings).forEach(heading -> add("<th>%s</th>", heading));
    open("</tr></thead><tbody>");
  }

  private void row(String... cells) {
    open("<tr>");
    for (String cell : cells) {
      String kind = cell.startsWith("✓") ? " class=\"good\"" : "";
      open("<td" + (cell.startsWith("✗") ? " class=\"bad\"" : kind) + ">");
      open(Markup.escaped(cell) + "</td>");
    }
    open("</tr>");
  }

  private void endTable() {
    open("</tbody></table></div>");
  }

  private void list(List<String> lines) {
    if (!lines.isEmpty()) {
      open("<ul>");
      lines.forEach(line -> add("<li>%s</li>", line));
      open("</ul>");
    }
  }

  /** Our own markup with text in it, which is escaped. */
  private void add(String markup, String... texts) {
    String[] escaped = Stream.of(texts).map(Markup::escaped).toArray(String[]::new);
    body.append(markup.formatted((Object[]) escaped)).append('\n');
  }

  private void open(String markup) {
    body.append(markup).append('\n');
  }
}
