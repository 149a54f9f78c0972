package io.lkagent.probe.report;

import io.lkagent.json.Json;
import io.lkagent.probe.Advice;
import io.lkagent.probe.AppLoad;
import io.lkagent.probe.Comparison;
import io.lkagent.probe.Comparison.Change;
import io.lkagent.probe.Component;
import io.lkagent.probe.Distribution;
import io.lkagent.probe.FaultResult;
import io.lkagent.probe.Finding;
import io.lkagent.probe.Metric;
import io.lkagent.probe.Metric.Unit;
import io.lkagent.probe.Outcome;
import io.lkagent.probe.Part;
import io.lkagent.probe.ProbePlan;
import io.lkagent.probe.ProbeReport;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.ProbeRun;
import io.lkagent.probe.Subject;
import io.lkagent.probe.Times;
import io.lkagent.probe.Verdict;
import io.lkagent.probe.advice.Saving;
import io.lkagent.probe.advice.Savings;
import io.lkagent.probe.inside.InsideJson;
import io.lkagent.process.ProcessUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A probe's report for programs; its fields are documented in OUTPUT.md and by a JSON schema. */
public final class JsonReport {
  public static final String SCHEMA = "lkagent/probe/1";

  private JsonReport() {}

  /** The report as plain values, for JSON or YAML. */
  public static Map<String, @Nullable Object> of(ProbeReport report) {
    ProbeResult result = report.result();
    return Json.object(
        "schema", SCHEMA,
        "lkagent", result.version().replaceFirst("^lkagent ", ""),
        "at", result.at().toString(),
        "verdict", verdict(report.verdict()),
        "subject", subject(result.subject()),
        "plan", plan(result.plan()),
        "series", series(result),
        "median", MedianStart.of(result).map(JsonReport::median).orElse(null),
        "components",
            Savings.of(MedianStart.ready(result)).stream().map(JsonReport::component).toList(),
        "findings", report.findings().stream().map(JsonReport::finding).toList(),
        "advice", advice(report.advice()),
        "inside", InsideJson.of(result.inside()),
        "faults", result.faults().stream().map(JsonReport::fault).toList(),
        "compare", comparison(report.comparison()),
        "notes", result.notes(),
        "starts", result.runs().stream().map(JsonReport::start).toList());
  }

  private static Map<String, @Nullable Object> verdict(Verdict verdict) {
    Verdict.SuccessRate success = verdict.success();
    return Json.object(
        "grade", verdict.grade().name(),
        "checks",
            verdict.checks().stream()
                .map(check ->
                    Json.object(
                        "name", check.name(),
                        "limit", check.limit(),
                        "actual", check.actual(),
                        "passed", check.passed()))
                .toList(),
        "success",
            Json.object(
                "succeeded", success.succeeded(),
                "starts", success.starts(),
                "low", success.low(),
                "high", success.high(),
                "more_for_99_9", success.moreFor999()));
  }

  private static Map<String, @Nullable Object> subject(Subject subject) {
    return Json.object(
        "agent", subject.agent(),
        "family", word(subject.family()),
        "runtime", subject.runtime(),
        "app_load", load(subject.load()),
        "init_timeout_ms", ms(subject.initTimeoutNanos()),
        "cpus", subject.cpus(),
        "limits", subject.limits());
  }

  private static @Nullable Object load(@Nullable AppLoad load) {
    if (load == null) {
      return null;
    }
    ProcessUsage usage = load.usage();
    return Json.object(
        "ms", ms(load.nanos()),
        "forks", load.forks(),
        "cpu_ms", usage == null ? null : ms(usage.cpuNanos()),
        "pss_bytes", usage == null ? null : usage.pss(),
        "rss_bytes", usage == null ? null : usage.rss());
  }

  private static Map<String, @Nullable Object> plan(ProbePlan plan) {
    return Json.object(
        "runs", plan.runs(),
        "warm_up", plan.warmUp(),
        "cold", plan.cold(),
        "concurrency", plan.concurrency(),
        "prepare", plan.prepare(),
        "fail_fast", plan.failFast(),
        "cpus", plan.limits().cpus() == 0 ? null : plan.limits().cpus(),
        "memory_bytes", plan.limits().memory() == 0 ? null : plan.limits().memory());
  }

  private static List<Object> series(ProbeResult result) {
    List<Object> all = new ArrayList<>();
    for (Part part : List.of(Part.FIRST, Part.COLD)) {
      if (!result.of(part).isEmpty()) {
        all.add(series(result, part, 1, result.of(part)));
      }
    }
    for (int atOnce : result.plan().concurrency()) {
      all.add(series(result, Part.WARM, atOnce, result.measured(atOnce)));
    }
    return all;
  }

  private static Object series(ProbeResult result, Part part, int atOnce, List<ProbeRun> runs) {
    Map<String, @Nullable Object> figures = Json.object();
    for (Measure measure : Measure.allOf(result)) {
      Distribution d = measure.over(runs);
      if (d.count() > 0) {
        figures.put(measure.name(), distribution(measure.unit(), d));
      }
    }
    return Json.object(
        "part", part.text(),
        "concurrency", atOnce,
        "starts", runs.size(),
        "ready", runs.stream().filter(run -> run.outcome().ready()).count(),
        "figures", figures);
  }

  private static Map<String, @Nullable Object> distribution(Unit unit, Distribution d) {
    return Json.object(
        "unit", Measure.word(unit),
        "count", d.count(),
        "min", Measure.number(unit, d.min()),
        "p50", Measure.number(unit, d.p50()),
        "p90", Measure.number(unit, d.p90()),
        "p99", Measure.number(unit, d.p99()),
        "max", Measure.number(unit, d.max()),
        "mean", Measure.number(unit, d.mean()));
  }

  private static Object median(MedianStart median) {
    return Json.object(
        "start", median.run().number(),
        "slices",
            median.rows().stream()
                .flatMap(row -> row.slices().stream())
                .map(slice ->
                    Json.object(
                        "kind", word(slice.kind()).replace('_', '-'),
                        "name", slice.name(),
                        "from_ms", ms(slice.from()),
                        "to_ms", ms(slice.to())))
                .toList());
  }

  private static Object component(Saving part) {
    return Json.object(
        "name", part.component(),
        "waited_ms", ms(part.waited()),
        "saved_if_optional_ms", ms(part.optional()),
        "saved_if_parallel_ms", ms(part.parallel()));
  }

  private static Object finding(Finding finding) {
    return Json.object(
        "id", finding.id(),
        "severity", word(finding.severity()),
        "what", finding.what(),
        "remedy", finding.remedy(),
        "cost_ms", ms(finding.costNanos()));
  }

  private static Object advice(Advice advice) {
    return Json.object(
        "init_timeout_ms", ms(advice.initTimeout().toNanos()),
        "idle_processes", advice.idleProcesses(),
        "max_initializing", advice.maxInitializing(),
        "reasons", advice.reasons());
  }

  private static Object fault(FaultResult fault) {
    return Json.object(
        "name", fault.name(),
        "expected", fault.expected(),
        "seen", fault.seen(),
        "reason", fault.reason(),
        "passed", fault.passed(),
        "ms", ms(fault.nanos()));
  }

  private static @Nullable Object comparison(@Nullable Comparison comparison) {
    return comparison == null
        ? null
        : Json.object(
            "baseline", comparison.baseline(),
            "at", comparison.at(),
            "changes", comparison.changes().stream().map(JsonReport::change).toList(),
            "notes", comparison.notes());
  }

  private static Object change(Change change) {
    return Json.object(
        "name", change.name(),
        "concurrency", change.concurrency(),
        "before", distribution(change.unit(), change.before()),
        "now", distribution(change.unit(), change.now()),
        "growth", change.growth(),
        "p", change.p(),
        "trend", word(change.trend()));
  }

  private static Object start(ProbeRun run) {
    Outcome outcome = run.outcome();
    Map<String, @Nullable Object> figures = Json.object();
    for (Metric metric : Metric.values()) {
      long value = metric.of(run);
      if (value != Times.UNKNOWN) {
        figures.put(Measure.of(metric).key(), Measure.number(metric.unit(), value));
      }
    }
    return Json.object(
        "number", run.number(),
        "part", run.part().text(),
        "concurrency", run.concurrency(),
        "ready", outcome.ready(),
        "figures", figures,
        "ended_ms", ms(run.times().ended()),
        "components", run.components().stream().map(JsonReport::component).toList(),
        "pings_sent", run.pings().sent(),
        "pings_answered", run.pings().answered(),
        "reason", outcome.cause().reason().text(),
        "detail", outcome.cause().detail().isEmpty() ? null : outcome.cause().detail(),
        "exit", outcome.exit() == null ? null : outcome.exit().words(),
        "degraded", outcome.degraded().isEmpty() ? null : outcome.degraded(),
        // What good starts print is of no use, and with thousands of them it is all there is.
        "output", outcome.ready() || outcome.output().isEmpty() ? null : outcome.output());
  }

  private static Object component(Component component) {
    return Json.object(
        "name", component.name(),
        "start_ms", ms(component.start()),
        "end_ms", ms(component.end()),
        "critical", component.critical(),
        "error", component.error());
  }

  private static @Nullable Number ms(long nanos) {
    return nanos == Times.UNKNOWN ? null : Measure.number(Unit.NANOS, nanos);
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
