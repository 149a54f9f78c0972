package io.lkagent.probe.report;

import io.lkagent.log.Printable;
import io.lkagent.probe.Advice;
import io.lkagent.probe.AppLoad;
import io.lkagent.probe.Comparison.Trend;
import io.lkagent.probe.Finding;
import io.lkagent.probe.Metric;
import io.lkagent.probe.Metric.Unit;
import io.lkagent.probe.ProbeReport;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.Subject;
import io.lkagent.probe.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a report says in one line each. */
final class Headline {
  private static final double CLAIM = 0.999;

  private Headline() {}

  /** {@code python app.py on python 3.12.4: ready in 184 ms (median of 10 starts)}. */
  static String of(ProbeResult result) {
    int ready = Metric.READY.over(result.measured()).count();
    String when =
        ready == 0
            ? "never became ready"
            : "ready in %s (median of %s)"
                .formatted(Figures.time(Metric.READY.over(result.measured()).p50()), starts(ready));
    return Printable.of(TextReport.named(result.subject())) + ": " + when;
  }

  /** The machine, the limits and how long a start had. */
  static String where(ProbeResult result) {
    Subject subject = result.subject();
    List<String> words = new ArrayList<>();
    words.add(Comparisons.cpus(subject.cpus()));
    if (!subject.limits().isEmpty()) {
      words.add("limits: " + Printable.of(subject.limits()));
    }
    words.add("init timeout " + duration(Duration.ofNanos(subject.initTimeoutNanos())));
    words.add(result.version());
    return TextReport.joined(words);
  }

  static String load(AppLoad load) {
    String memory =
        load.usage() == null ? "" : ", " + Figures.text(Unit.BYTES, load.usage().pss()) + " PSS";
    return "A worker loads the app once, in %s%s; %s."
        .formatted(
            Figures.time(load.nanos()),
            memory,
            load.forks()
                ? "its processes are forked from that"
                : "each process loads it again for itself");
  }

  static String settings(Advice advice) {
    return "--init-timeout %s --idle-processes %d --max-initializing %d"
        .formatted(
            duration(advice.initTimeout()), advice.idleProcesses(), advice.maxInitializing());
  }

  /** As an option takes it: {@code 2500ms}, {@code 10s}. */
  static String duration(Duration time) {
    long millis = time.toMillis();
    return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
  }

  /** Why the verdict is what it is. */
  static String verdict(ProbeReport report) {
    Verdict verdict = report.verdict();
    return switch (verdict.grade()) {
      case PASS -> success(verdict.success());
      case WARN -> success(verdict.success()) + "; " + felt(report);
      case FAIL -> failed(verdict);
    };
  }

  private static String failed(Verdict verdict) {
    Stream<String> missed =
        verdict.checks().stream()
            .filter(check -> !check.passed() && !check.name().equals(Judge.STARTS))
            .map(check -> check.name() + " is " + check.actual());
    String starts =
        verdict.success().starts() == 0 ? "no start was made" : success(verdict.success());
    return Stream.concat(missed, Stream.of(starts)).collect(Collectors.joining("; "));
  }

  private static String felt(ProbeReport report) {
    List<String> reasons = new ArrayList<>();
    report.findings().stream()
        .filter(finding -> finding.severity() != Finding.Severity.INFO)
        .map(Finding::id)
        .distinct()
        .forEach(reasons::add);
    if (report.comparison() != null
        && report.comparison().changes().stream()
            .anyMatch(c -> c.trend() == Trend.WORSE && c.name().equals(Metric.READY.text()))) {
      reasons.add("slower than the baseline");
    }
    return "but " + String.join(", ", reasons);
  }

  static String success(Verdict.SuccessRate success) {
    String rate =
        "%s of %s became ready"
            .formatted(Figures.count(success.succeeded()), starts(success.starts()));
    String range =
        " (95 %% sure: %s to %s)"
            .formatted(Figures.percent(success.low()), Figures.percent(success.high()));
    String more =
        success.moreFor999() == 0
            ? "; enough to claim " + Figures.percent(CLAIM)
            : "; %s more without a failure would prove %s"
                .formatted(Figures.count(success.moreFor999()), Figures.percent(CLAIM));
    return rate + range + more;
  }

  static String starts(int count) {
    return Figures.count(count) + (count == 1 ? " start" : " starts");
  }
}
