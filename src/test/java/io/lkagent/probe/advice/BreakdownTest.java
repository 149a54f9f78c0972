package io.lkagent.probe.advice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.probe.Component;
import io.lkagent.probe.Outcome;
import io.lkagent.probe.Part;
import io.lkagent.probe.Pings;
import io.lkagent.probe.ProbeRun;
import io.lkagent.probe.Times;
import io.lkagent.probe.advice.Slice.Kind;
import io.lkagent.supervise.StopCause;
import io.lkagent.supervise.StopReason;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class BreakdownTest {
  private static String cut(Profile.Run run) {
    return String.join(
        ", ",
        Breakdown.of(run.build(1)).slices().stream()
            .map(s -> s.name() + " " + s.from() / 1_000_000 + "-" + s.to() / 1_000_000)
            .toList());
  }

  @Test
  void of_componentsOneAfterTheOther_areAllOnThePath() {
    assertEquals(
        "spawn 0-2, runtime 2-40, program until hello 40-50, a 50-70, b 70-90, unexplained 90-100,"
            + " ready until first pong 100-101",
        cut(Profile.run().critical("a", 50, 70).critical("b", 70, 90)));
  }

  @Test
  void of_componentsSideBySide_onlyTheLongestCounts() {
    assertEquals(
        "spawn 0-2, runtime 2-40, program until hello 40-50, slow 50-100,"
            + " ready until first pong 100-101",
        cut(
            Profile.run()
                .critical("quick", 50, 60)
                .critical("slow", 50, 100)
                .optional("later", 50, 400)));
  }

  @Test
  void of_oneThatDeclaresTheOthers_countsUntilThey() {
    assertEquals(
        "spawn 0-2, runtime 2-40, program until hello 40-50, agent 50-65, model 65-100,"
            + " ready until first pong 100-101",
        cut(Profile.run().critical("agent", 50, 70).critical("model", 65, 100)));
  }

  @Test
  void of_optionalComponentInAGap_explainsIt() {
    assertEquals(
        "spawn 0-2, runtime 2-40, program until hello 40-50, a 50-60, unexplained 60-65,"
            + " extra 65-80, b 80-100, ready until first pong 100-101",
        cut(Profile.run().critical("a", 50, 60).optional("extra", 65, 80).critical("b", 80, 100)));
  }

  @Test
  void of_agentThatDoesNotSayWhenItsCodeBegan_keepsBothTogether() {
    assertEquals(
        "spawn 0-2, runtime and program until hello 2-50, unexplained 50-100,"
            + " ready until first pong 100-101",
        cut(Profile.run().times(-1, 50, 100)));
  }

  @Test
  void of_startWithoutAHello_isUnexplainedToItsEnd() {
    assertEquals(
        "spawn 0-2, unexplained 2-110",
        cut(
            Profile.run()
                .times(-1, -1, 100)
                .failed(StopReason.INIT_TIMEOUT, "no hello within 10 s", null)));
  }

  @Test
  void of_whateverAnAgentSays_isWholeAndInOrder() {
    Random random = new Random(20);
    for (int i = 0; i < 5_000; i++) {
      ProbeRun run = any(random);
      Breakdown breakdown = Breakdown.of(run);
      long at = 0;
      for (Slice slice : breakdown.slices()) {
        assertEquals(at, slice.from(), run + " " + breakdown);
        assertTrue(slice.nanos() > 0, run + " " + breakdown);
        at = slice.to();
      }
      Times times = run.times();
      long whole =
          times.pong() >= 0
              ? times.pong()
              : times.ready() >= 0 ? times.ready() : Math.max(0, times.ended());
      assertEquals(whole, at, run + " " + breakdown);
      assertEquals(whole, breakdown.nanos(), run + " " + breakdown);
      for (Saving saving : Savings.of(run)) {
        assertTrue(saving.optional() >= 0 && saving.parallel() >= 0, run + " " + saving);
        assertTrue(saving.optional() <= Math.max(0, times.ready()), run + " " + saving);
      }
    }
  }

  /**
   * Also what cannot be: components before the hello and behind ready, ends before their starts.
   */
  private static ProbeRun any(Random random) {
    List<Component> components =
        IntStream.range(0, random.nextInt(8))
            .mapToObj(n ->
                new Component(
                    "c" + random.nextInt(4),
                    time(random) - 20_000_000,
                    time(random),
                    random.nextInt(3) > 0,
                    random.nextInt(5) == 0 ? "an error" : null))
            .toList();
    boolean ordered = random.nextInt(4) > 0;
    long[] at = random.longs(6, 0, 100_000_000).toArray();
    if (ordered) {
      java.util.Arrays.sort(at);
    }
    for (int i = 0; i < at.length; i++) {
      at[i] = random.nextInt(6) == 0 ? Times.UNKNOWN : at[i];
    }
    return new ProbeRun(
        1,
        Part.WARM,
        1,
        "any",
        new Times(at[0], at[1], at[2], at[3], at[4], at[5]),
        components,
        new Pings(0, 0, 0),
        null,
        new Outcome(true, StopCause.of(StopReason.NOT_NEEDED), null, List.of(), List.of()));
  }

  private static long time(Random random) {
    return random.nextLong(120_000_000);
  }

  @Test
  void of_helloThatWasReadLate_isMovedToWhereItWasSaid() {
    assertEquals(
        "spawn 0-2, runtime 2-30, program until hello 30-40, a 40-100,"
            + " ready until first pong 100-101",
        cut(Profile.run().critical("a", 50, 110)));
  }

  @Test
  void nanos_ofAComponentAndAKind_addsItsSlices() {
    Breakdown breakdown =
        Breakdown.of(
            Profile.run()
                .critical("a", 50, 70)
                .critical("b", 70, 80)
                .critical("a", 80, 90)
                .build(1));
    assertEquals(Profile.nanos(30), breakdown.nanos("a"));
    assertEquals(Profile.nanos(10), breakdown.nanos(Kind.UNEXPLAINED));
    assertEquals(
        List.of("a", "b", "a"), breakdown.criticalPath().stream().map(Slice::name).toList());
  }
}
