package io.lkagent.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class BackoffTest {
  @Test
  void next_fromTheStart_growsToTheCap() {
    for (int seed = 0; seed < 200; seed++) {
      Backoff backoff = new Backoff(new Random(seed));
      assertTrue(backoff.next().compareTo(Duration.ofMillis(500)) <= 0);
      for (long seconds : new long[] {1, 2, 4, 8, 16, 30, 30, 30}) {
        long millis = backoff.next().toMillis();
        assertTrue(millis >= 750 * seconds - 1, seconds + ": " + millis);
        assertTrue(millis <= Math.min(1250 * seconds, 30_000), seconds + ": " + millis);
      }
    }
  }

  @Test
  void next_veryOften_neverOverflows() {
    Backoff backoff = new Backoff(new Random(1));
    for (int i = 0; i < 1_000; i++) {
      Duration wait = backoff.next();
      assertTrue(!wait.isNegative() && wait.compareTo(Duration.ofSeconds(30)) <= 0);
    }
    assertEquals(1_000, backoff.tries());
  }

  @Test
  void reset_afterTries_beginsAgain() {
    Backoff backoff = new Backoff(new Random(1));
    Stream.generate(backoff::next).limit(9).forEach(wait -> {});
    backoff.reset();
    assertTrue(backoff.next().compareTo(Duration.ofMillis(500)) <= 0);
  }

  @Test
  void next_otherSeed_differs() {
    assertNotEquals(new Backoff(new Random(1)).next(), new Backoff(new Random(2)).next());
  }
}
