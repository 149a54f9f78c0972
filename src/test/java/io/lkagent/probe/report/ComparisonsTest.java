package io.lkagent.probe.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.json.Json;
import io.lkagent.probe.Comparison;
import io.lkagent.probe.Comparison.Trend;
import io.lkagent.probe.Part;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.Results;
import io.lkagent.probe.Verdict;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Whether a change is told from noise. */
final class ComparisonsTest {
  private static Comparison compare(long[] before, long[] now) throws Baseline.Unreadable {
    String json =
        Json.write(JsonReport.of(Reports.of(Results.probe().warm(before).build(), Terms.DEFAULT)));
    return Comparisons.of(Baseline.read("old.json", json), Results.probe().warm(now).build());
  }

  private static Trend ready(Comparison comparison) {
    return comparison.changes().stream()
        .filter(change -> change.name().equals("ready"))
        .findFirst()
        .orElseThrow()
        .trend();
  }

  private static long[] around(long middle, int count, long seed) {
    Random random = new Random(seed);
    return LongStream.range(0, count)
        .map(i -> Math.round(middle + 5 * random.nextGaussian()))
        .toArray();
  }

  @Test
  void compare_sameDistribution_isNoise() throws Baseline.Unreadable {
    int wrong = 0;
    for (int seed = 0; seed < 50; seed++) {
      Trend trend = ready(compare(around(200, 20, seed), around(200, 20, seed + 100)));
      wrong += trend == Trend.NOISE ? 0 : 1;
    }
    assertTrue(wrong <= 2, wrong + " of 50 where one in a hundred may be");
  }

  @Test
  void compare_shifted_isNoNoise() throws Baseline.Unreadable {
    assertEquals(Trend.WORSE, ready(compare(around(200, 20, 1), around(220, 20, 2))));
    assertEquals(Trend.BETTER, ready(compare(around(220, 20, 1), around(200, 20, 2))));
  }

  @Test
  void compare_certainYetTooSmallToMatter_isNoise() throws Baseline.Unreadable {
    long[] before = LongStream.range(0, 300).map(i -> 1_000 + i % 3).toArray();
    long[] now = LongStream.range(0, 300).map(i -> 1_010 + i % 3).toArray();
    assertEquals(Trend.NOISE, ready(compare(before, now)));
  }

  @Test
  void compare_fewStarts_saysThatItCannotTell() throws Baseline.Unreadable {
    Comparison comparison = compare(around(200, 5, 1), around(400, 5, 2));
    assertEquals(Trend.UNKNOWN, ready(comparison));
    assertTrue(comparison.notes().toString().contains("fewer than 6 starts"));
  }

  @Test
  void compare_regressionBeyondTheLimit_failsAndElseWarns() throws Baseline.Unreadable {
    ProbeResult now = Results.probe().warm(around(220, 20, 2)).build();
    Comparison comparison = compare(around(200, 20, 1), around(220, 20, 2));
    assertEquals(
        Verdict.Grade.WARN, Judge.judge(now, List.of(), comparison, Terms.DEFAULT).grade());
    Terms strict = new Terms(List.of(), 1, OptionalDouble.of(0.05));
    assertEquals(Verdict.Grade.FAIL, Judge.judge(now, List.of(), comparison, strict).grade());
    Terms loose = new Terms(List.of(), 1, OptionalDouble.of(0.5));
    assertEquals(Verdict.Grade.WARN, Judge.judge(now, List.of(), comparison, loose).grade());
  }

  /** A gate that cannot tell does not stand open. */
  @Test
  void compare_fewStartsTwiceAsSlow_failsTheLimitByGrowthAlone() throws Baseline.Unreadable {
    ProbeResult now = Results.probe().warm(around(400, 5, 2)).build();
    Comparison comparison = compare(around(200, 5, 1), around(400, 5, 2));
    Verdict strict =
        Judge.judge(now, List.of(), comparison, new Terms(List.of(), 1, OptionalDouble.of(0.2)));
    assertEquals(Verdict.Grade.FAIL, strict.grade());
    assertTrue(strict.checks().getLast().actual().endsWith("too few starts to tell it from noise"));
    Verdict loose =
        Judge.judge(now, List.of(), comparison, new Terms(List.of(), 1, OptionalDouble.of(2)));
    assertEquals(Verdict.Grade.PASS, loose.grade());
  }

  /** Each is told by itself, and only what both have. */
  @Test
  void compare_severalAtOnce_tellsEachByItself() throws Baseline.Unreadable {
    ProbeResult then =
        Results.probe()
            .concurrency(1, 4)
            .starts(Part.WARM, 1, around(200, 20, 1))
            .starts(Part.WARM, 4, around(400, 20, 2))
            .build();
    ProbeResult now =
        Results.probe()
            .concurrency(1, 4, 8)
            .starts(Part.WARM, 1, around(200, 20, 3))
            .starts(Part.WARM, 4, around(500, 20, 4))
            .starts(Part.WARM, 8, around(900, 20, 5))
            .build();
    String json = Json.write(JsonReport.of(Reports.of(then, Terms.DEFAULT)));
    Comparison comparison = Comparisons.of(Baseline.read("old.json", json), now);
    Map<Integer, Trend> trends = new TreeMap<>();
    for (Comparison.Change change : comparison.changes()) {
      if (change.name().equals("ready")) {
        trends.put(change.concurrency(), change.trend());
        assertEquals(20, change.before().count());
        assertEquals(20, change.now().count());
      }
    }
    assertEquals(Map.of(1, Trend.NOISE, 4, Trend.WORSE), trends);
    assertEquals(List.of("it has no starts with 8 at once"), comparison.notes());
    Terms strict = new Terms(List.of(), 1, OptionalDouble.of(0.05));
    Verdict verdict = Judge.judge(now, List.of(), comparison, strict);
    assertEquals(Verdict.Grade.FAIL, verdict.grade());
    List<String> failed =
        verdict.checks().stream().filter(c -> !c.passed()).map(Verdict.Check::name).toList();
    assertEquals(List.of("regression of ready.p50 at 4"), failed);
    String shown = String.join("\n", new ComparisonText(comparison, new Ink(false), false).lines());
    assertTrue(shown.contains("  ready ×4"), shown);
  }

  @Test
  void mannWhitney_knownSamples_givesTheKnownProbability() {
    List<Long> low = List.of(1L, 2L, 3L, 4L, 5L);
    List<Long> high = List.of(6L, 7L, 8L, 9L, 10L);
    assertEquals(0.01219, Comparisons.mannWhitney(low, high), 1e-4);
    assertEquals(1, Comparisons.mannWhitney(List.of(5L, 5L), List.of(5L, 5L)));
    assertEquals(Comparisons.mannWhitney(low, high), Comparisons.mannWhitney(high, low), 1e-9);
  }

  @Test
  void read_notAProbe_saysWhatItIsInstead() {
    assertThrows(Baseline.Unreadable.class, () -> Baseline.read("x", "no json"));
    Baseline.Unreadable other =
        assertThrows(
            Baseline.Unreadable.class, () -> Baseline.read("x", "{\"schema\":\"other/2\"}"));
    assertTrue(String.valueOf(other.getMessage()).contains("other/2"));
  }
}
