package io.lkagent.probe.report;

import io.lkagent.probe.Comparison;
import io.lkagent.probe.Comparison.Change;
import io.lkagent.probe.Comparison.Trend;
import io.lkagent.probe.Distribution;
import io.lkagent.probe.FaultResult;
import io.lkagent.probe.Finding;
import io.lkagent.probe.Metric;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.Verdict;
import io.lkagent.probe.Verdict.Check;
import io.lkagent.probe.Verdict.Grade;
import io.lkagent.probe.Verdict.SuccessRate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Holds what a probe found out against the terms. */
public final class Judge {
  /** The name of the check that every verdict has. */
  static final String STARTS = "success";

  private Judge() {}

  /** The verdict, with a check for each term. */
  public static Verdict judge(
      ProbeResult result, List<Finding> findings, @Nullable Comparison comparison, Terms terms) {
    int ready = (int) result.counted().stream().filter(run -> run.outcome().ready()).count();
    SuccessRate success = Success.of(ready, result.counted().size());
    List<Check> checks = new ArrayList<>();
    checks.add(success(success, terms.minSuccess()));
    terms.max().forEach(threshold -> checks.add(kept(result, threshold)));
    if (!result.faults().isEmpty()) {
      checks.add(faults(result.faults()));
    }
    if (comparison != null && terms.mostGrowth().isPresent()) {
      regressions(comparison).forEach(c -> checks.add(growth(c, terms.mostGrowth().getAsDouble())));
    }
    boolean felt =
        findings.stream().anyMatch(f -> f.severity() != Finding.Severity.INFO)
            || (comparison != null
                && regressions(comparison).stream().anyMatch(c -> c.trend() == Trend.WORSE));
    Grade kept = felt ? Grade.WARN : Grade.PASS;
    boolean all = checks.stream().allMatch(Check::passed);
    return new Verdict(all ? kept : Grade.FAIL, checks, success);
  }

  private static Check success(SuccessRate rate, double least) {
    boolean any = rate.starts() > 0;
    double actual = any ? (double) rate.succeeded() / rate.starts() : 0;
    return new Check(
        STARTS,
        "≥ " + Figures.percent(least),
        any
            ? "%s (%s of %s starts)"
                .formatted(
                    Figures.percent(actual),
                    Figures.count(rate.succeeded()),
                    Figures.count(rate.starts()))
            : "no start was made",
        any && actual >= least);
  }

  /** Each series must keep it; the one that comes worst off is shown. */
  private static Check kept(ProbeResult result, Threshold threshold) {
    Measure measure = threshold.measure();
    String limit = "≤ " + Figures.text(measure.unit(), threshold.limit());
    long worst = -1;
    String where = "";
    for (int atOnce : result.plan().concurrency()) {
      Distribution d = measure.over(result.measured(atOnce));
      if (d.count() == 0) {
        return new Check(threshold.name(), limit, missing(result, measure, atOnce), false);
      }
      if (d.at(threshold.stat()) > worst) {
        worst = d.at(threshold.stat());
        where = result.plan().concurrency().size() > 1 ? " (" + atOnce + " at once)" : "";
      }
    }
    String actual = Figures.text(measure.unit(), worst) + where;
    return new Check(threshold.name(), limit, actual, worst <= threshold.limit());
  }

  private static String missing(ProbeResult result, Measure measure, int atOnce) {
    if (result.measured(atOnce).stream().noneMatch(run -> run.outcome().ready())) {
      return "not measured: no start became ready";
    }
    Set<String> known = Measure.componentsOf(result.runs());
    if (!measure.name().startsWith(Measure.COMPONENT)) {
      return "not measured: this agent does not tell";
    }
    return known.isEmpty()
        ? "no such component: the agent tells of none"
        : "no such component: there are " + String.join(", ", known);
  }

  private static Check faults(List<FaultResult> faults) {
    long borne = faults.stream().filter(FaultResult::passed).count();
    return new Check(
        "faults", "all as expected", borne + " of " + faults.size(), borne == faults.size());
  }

  /** Only the time to ready can fail or warn: of many figures, some always differ. */
  private static List<Change> regressions(Comparison comparison) {
    return comparison.changes().stream()
        .filter(change -> change.name().equals(Metric.READY.text()))
        .toList();
  }

  /** Where noise cannot be told from change, a gate does not stand open: the growth decides. */
  private static Check growth(Change change, double most) {
    boolean noise = change.trend() == Trend.NOISE || change.trend() == Trend.BETTER;
    String doubt =
        switch (change.trend()) {
          case NOISE, BETTER -> ", not more than noise";
          case UNKNOWN -> ", too few starts to tell it from noise";
          case WORSE -> "";
        };
    return new Check(
        "regression of ready.p50" + (change.concurrency() > 1 ? " at " + change.concurrency() : ""),
        "≤ " + Figures.growth(most),
        Figures.growth(change.growth()) + doubt,
        noise || change.growth() <= most);
  }
}
