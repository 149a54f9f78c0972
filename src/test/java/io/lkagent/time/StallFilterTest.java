package io.lkagent.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.Eventually;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StallFilterTest {
  private final StallFilter filter = new StallFilter(100, 10, 30);

  @Test
  void active_withinTheStall_followsTheClock() {
    assertEquals(110, filter.active(110));
    assertEquals(140, filter.active(140));
  }

  @Test
  void active_afterAStall_countsOneHeartbeatOfIt() {
    assertEquals(110, filter.active(110));
    assertEquals(120, filter.active(810));
    assertEquals(125, filter.active(815));
  }

  @Test
  void active_afterTwoStalls_leavesBothOut() {
    assertEquals(110, filter.active(1000));
    assertEquals(120, filter.active(2000));
  }

  @Test
  void active_readingOfASlowerThread_neverGoesBack() {
    assertEquals(120, filter.active(120));
    assertEquals(120, filter.active(115));
    assertEquals(121, filter.active(121));
  }

  @Test
  void active_acrossTheWrapOfTheClock_goesOn() {
    StallFilter late = new StallFilter(Long.MAX_VALUE - 5, 10, 30);
    assertEquals(Long.MIN_VALUE + 4, late.active(Long.MIN_VALUE + 4));
  }

  @Test
  void systemTime_whileNothingStops_moves() {
    Time time = Time.system();
    long start = time.nanos();
    Eventually.eventually(
        Duration.ofSeconds(5), () -> time.nanos() - start > Duration.ofMillis(50).toNanos());
    assertTrue(time.deadline(Duration.ofSeconds(1)) - start > 0);
  }
}
