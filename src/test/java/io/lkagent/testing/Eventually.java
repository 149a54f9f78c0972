package io.lkagent.testing;

import static org.junit.jupiter.api.Assertions.fail;

import io.lkagent.time.Time;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** Waits, with a deadline, until something is true. */
public final class Eventually {
  private static final Duration STEP = Duration.ofMillis(10);

  private Eventually() {}

  public static void eventually(Duration limit, Callable<Boolean> condition) {
    eventually(limit, () -> "still not so after " + limit, condition);
  }

  /** Fails with {@code what} when the condition is not true within {@code limit}. */
  public static void eventually(
      Duration limit, Supplier<String> what, Callable<Boolean> condition) {
    Time time = Time.raw();
    long deadline = time.deadline(limit);
    try {
      while (!condition.call()) {
        if (time.nanos() - deadline > 0) {
          fail(what.get());
        }
        time.sleep(STEP);
      }
    } catch (AssertionError | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(what.get(), e);
    }
  }
}
