package io.lkagent.probe.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.probe.Distribution.Stat;
import io.lkagent.probe.Finding;
import io.lkagent.probe.Metric;
import io.lkagent.probe.Part;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.Results;
import io.lkagent.probe.Verdict;
import io.lkagent.probe.Verdict.Grade;
import io.lkagent.process.ExitStatus;
import io.lkagent.supervise.StopReason;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Which verdict follows from what. */
final class JudgeTest {
  private static Terms max(Measure measure, Stat stat, long limit) {
    return new Terms(List.of(new Threshold(measure, stat, limit)), 1, OptionalDouble.empty());
  }

  private static Verdict verdict(ProbeResult result, Terms terms, Finding... findings) {
    return Judge.judge(result, List.of(findings), null, terms);
  }

  @Test
  void judge_everythingKept_passes() {
    Verdict verdict =
        verdict(Reports.plain(), max(Measure.of(Metric.READY), Stat.P99, 1_000_000_000));
    assertEquals(Grade.PASS, verdict.grade());
    assertEquals("ready.p99", verdict.checks().get(1).name());
    assertEquals("≤ 1.00 s", verdict.checks().get(1).limit());
  }

  @Test
  void judge_figureAboveItsLimit_fails() {
    Verdict verdict =
        verdict(Reports.plain(), max(Measure.of(Metric.READY), Stat.MAX, 209_000_000));
    assertEquals(Grade.FAIL, verdict.grade());
    assertEquals("210 ms", verdict.checks().get(1).actual());
  }

  @Test
  void judge_keptWithWarning_warns() {
    assertEquals(Grade.WARN, verdict(Reports.plain(), Terms.DEFAULT, Reports.WARNING).grade());
    Finding info = new Finding("x", Finding.Severity.INFO, "x", "y", 0);
    assertEquals(Grade.PASS, verdict(Reports.plain(), Terms.DEFAULT, info).grade());
  }

  @Test
  void judge_severalAtOnce_holdsTheWorstAgainstTheLimit() {
    ProbeResult result =
        Results.probe().concurrency(1, 8).warm(100).starts(Part.WARM, 8, 900).build();
    Verdict verdict = verdict(result, max(Measure.of(Metric.READY), Stat.P50, 500_000_000));
    assertEquals(Grade.FAIL, verdict.grade());
    assertEquals("900 ms (8 at once)", verdict.checks().get(1).actual());
  }

  @Test
  void judge_unknownComponent_failsAndNamesThoseThatThereAre() {
    Verdict verdict = verdict(Reports.plain(), max(Measure.component("vad"), Stat.P50, 1));
    assertEquals("no such component: there are model, metrics", verdict.checks().get(1).actual());
    assertEquals(Grade.FAIL, verdict.grade());
  }

  @Test
  void judge_oneFailure_failsUnlessLessIsAskedFor() {
    ProbeResult result =
        Results.probe()
            .warm(100, 100, 100)
            .failed(StopReason.INIT_TIMEOUT, "no ready within 10 s", new ExitStatus.Exited(1))
            .build();
    assertEquals(Grade.FAIL, verdict(result, Terms.DEFAULT).grade());
    assertEquals(
        Grade.PASS, verdict(result, new Terms(List.of(), 0.75, OptionalDouble.empty())).grade());
  }

  @Test
  void judge_warmUp_countsForNothing() {
    ProbeResult result = Results.probe().starts(Part.WARM_UP, 1, 1, 2).warm(100).build();
    assertEquals(1, verdict(result, Terms.DEFAULT).success().starts());
  }

  @Test
  void success_interval_isWilsons() {
    Verdict.SuccessRate rate = Success.of(9, 10);
    assertEquals(0.5958, rate.low(), 1e-4);
    assertEquals(0.9821, rate.high(), 1e-4);
    assertEquals(0.7225, Success.of(10, 10).low(), 1e-4);
    assertEquals(0, Success.of(0, 10).low());
  }

  @Test
  void success_claim_needsAsManyStartsAsTheBinomialSays() {
    assertEquals(2_995, Success.of(0, 0).moreFor999());
    assertEquals(2_985, Success.of(10, 10).moreFor999());
    assertEquals(0, Success.of(2_995, 2_995).moreFor999());
    assertEquals(1, Success.of(2_994, 2_994).moreFor999());
    assertEquals(4_742 - 100, Success.of(99, 100).moreFor999(), 5);
    assertTrue(Success.of(0, 1_000_000).moreFor999() > 1_000_000);
  }

  @Test
  void percent_nearlyAll_isNotRoundedUpToAll() {
    assertEquals("99.99 %", Figures.percent(0.999_999));
    assertEquals("100 %", Figures.percent(1));
    assertEquals("99.9 %", Figures.percent(0.999));
    assertFalse(Figures.percent(0.9).contains("90.0"));
  }
}
