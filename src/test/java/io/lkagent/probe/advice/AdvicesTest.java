package io.lkagent.probe.advice;

import static io.lkagent.probe.advice.Profile.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.probe.Advice;
import io.lkagent.probe.Limits;
import io.lkagent.supervise.StopReason;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class AdvicesTest {
  private static Advice of(Profile profile) {
    return Advices.of(profile.result());
  }

  private static void says(String words, Advice advice) {
    assertTrue(String.join("\n", advice.reasons()).contains(words), advice.reasons().toString());
  }

  @Test
  void of_quickAgent_staysAtTheLeastTimeout() {
    Advice advice = of(new Profile().with(10, run()));
    assertEquals(Duration.ofSeconds(5), advice.initTimeout());
    assertEquals(3, advice.reasons().size());
    says("--init-timeout 5s: ready takes 0.10 s (p50) and 0.10 s (p99)", advice);
  }

  @Test
  void of_slowAgent_getsTenTimesItsStartRoundedUp() {
    assertEquals(
        Duration.ofSeconds(20),
        of(new Profile().with(10, run().times(40, 50, 1_600).cpu(1_500))).initTimeout());
    assertEquals(
        Duration.ofMinutes(15),
        of(new Profile().with(10, run().times(40, 50, 70_000).cpu(1_500))).initTimeout());
  }

  @Test
  void of_startsThatTakeLongAtOnce_timeoutBearsThreeOfThem() {
    Advice advice =
        of(
            new Profile()
                .with(5, run().times(40, 50, 300).cpu(250))
                .with(5, run().concurrency(8).times(40, 50, 6_000).cpu(250).cpuWait(5_000)));
    assertEquals(Duration.ofSeconds(20), advice.initTimeout());
    says("up to 8 at once", advice);
  }

  @Test
  void of_busyStarts_oneForEachCpu() {
    Advice advice = of(new Profile().with(5, run().times(40, 50, 300).cpu(290)));
    assertEquals(2, advice.maxInitializing());
    assertEquals(2, advice.idleProcesses());
    says("a start keeps 0.97 of a CPU busy", advice);
  }

  @Test
  void of_startsThatMostlyWait_severalForEachCpu() {
    Advice advice = of(new Profile().with(5, run().times(40, 50, 2_000).cpu(100)));
    assertEquals(8, advice.maxInitializing());
    assertEquals(8, advice.idleProcesses());
  }

  @Test
  void of_limitedCpu_countsForTheMachine() {
    Advice advice =
        of(
            new Profile()
                .cpus(8)
                .limits(new Limits(0.5, 0))
                .with(5, run().times(40, 50, 300).cpu(150)));
    assertEquals(1, advice.maxInitializing());
    assertEquals(1, advice.idleProcesses());
  }

  @Test
  void of_scan_theFewestWithTheBestThroughput() {
    Advice advice =
        of(
            new Profile()
                .with(5, run().times(40, 50, 300).cpu(250))
                .with(5, run().concurrency(2).times(40, 50, 320).cpu(250))
                .with(5, run().concurrency(4).times(40, 50, 640).cpu(250).cpuWait(300))
                .with(5, run().concurrency(8).times(40, 50, 1_290).cpu(250).cpuWait(900)));
    assertEquals(2, advice.maxInitializing());
    says("--max-initializing 2: 6.3 starts a second", advice);
    says("8 at once: 6.2 a second", advice);
  }

  @Test
  void of_noReadyStart_keepsWhatIsThere() {
    Advice advice = of(new Profile().with(3, run().failed(StopReason.CRASHED, "", null)));
    assertEquals(Duration.ofSeconds(10), advice.initTimeout());
    assertEquals(2, advice.maxInitializing());
    says("no start became ready", advice);
  }
}
