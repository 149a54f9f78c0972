package io.lkagent.devserver;

import io.lkagent.log.Log;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Runs short actions later, on one thread; none of them may wait. */
final class Timers implements AutoCloseable {
  private static final Log log = Log.of(Timers.class);

  private final ScheduledThreadPoolExecutor executor =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("dev-server timers").factory());

  Timers() {
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    executor.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
  }

  Future<?> after(Duration delay, Runnable action) {
    return executor.schedule(guarded(action), delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  Future<?> every(Duration period, Runnable action) {
    long nanos = period.toNanos();
    return executor.scheduleAtFixedRate(guarded(action), nanos, nanos, TimeUnit.NANOSECONDS);
  }

  private static Runnable guarded(Runnable action) {
    return () -> {
      try {
        action.run();
      } catch (RuntimeException e) {
        log.error("a defect: a timed action failed", e);
      }
    };
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
