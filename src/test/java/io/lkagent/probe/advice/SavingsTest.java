package io.lkagent.probe.advice;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lkagent.supervise.StopReason;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SavingsTest {
  private static String savings(Profile.Run run) {
    return words(Savings.of(run.build(1)));
  }

  private static String words(List<Saving> savings) {
    return String.join(
        ", ",
        savings.stream()
            .map(s ->
                s.component() + " " + s.optional() / 1_000_000 + "/" + s.parallel() / 1_000_000)
            .toList());
  }

  @Test
  void of_oneBehindTheOther_savesItsLengthOrTheOverlap() {
    // b beside a: ready 20 later than the hello, where a alone takes 30.
    assertEquals(
        "a 30/20, b 20/20", savings(Profile.run().critical("a", 50, 80).critical("b", 80, 100)));
  }

  @Test
  void of_sideBySide_savesWhatTheNextLongestLeaves() {
    assertEquals(
        "slow 30/0, quick 0/0",
        savings(Profile.run().critical("slow", 50, 100).critical("quick", 50, 70)));
  }

  @Test
  void of_workBehindTheLastComponent_staysBehindIt() {
    assertEquals("a 30/0", savings(Profile.run().critical("a", 50, 80)));
  }

  @Test
  void of_optionalComponentBetweenCriticalOnes_savesWhenItIsMovedAway() {
    assertEquals(
        "b 30/30, a 20/20, extra 10/10",
        savings(
            Profile.run().critical("a", 50, 70).optional("extra", 70, 80).critical("b", 80, 100)));
  }

  @Test
  void of_oneNameSeveralTimes_savesAllOfIt() {
    assertEquals(
        "model 40/30, other 10/10",
        savings(
            Profile.run()
                .critical("model", 50, 70)
                .critical("other", 70, 80)
                .critical("model", 80, 100)));
  }

  @Test
  void of_severalStarts_takesTheMedian() {
    assertEquals(
        "a 30/0",
        words(
            Savings.of(
                List.of(
                    Profile.run().critical("a", 50, 100).build(1),
                    Profile.run().critical("a", 50, 60).build(2),
                    Profile.run().critical("a", 50, 80).build(3)))));
  }

  @Test
  void of_failedStart_hasNone() {
    assertEquals(
        "", savings(Profile.run().critical("a", 50, 80).failed(StopReason.CRASHED, "", null)));
  }
}
