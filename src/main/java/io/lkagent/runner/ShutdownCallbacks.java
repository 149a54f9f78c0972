package io.lkagent.runner;

import io.lkagent.sdk.ShutdownCallback;
import java.util.ArrayDeque;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/** What the agent wants done before the process ends, newest first, each once. */
final class ShutdownCallbacks {
  private record Entry(String name, ShutdownCallback callback) {}

  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private boolean started;
  private @Nullable String running;

  synchronized void add(String name, ShutdownCallback callback) {
    if (started) {
      throw new IllegalStateException("the shutdown callbacks are running already");
    }
    entries.push(new Entry(name, callback));
  }

  /** Starts them on a thread of their own; null when there are none. */
  synchronized @Nullable Thread start(String reason, BlockingQueue<Event> events) {
    started = true;
    if (entries.isEmpty()) {
      return null;
    }
    return Thread.ofPlatform()
        .daemon()
        .name("shutdown")
        .start(() -> {
          runAll(reason);
          events.add(new Event.CallbacksEnded());
        });
  }

  private void runAll(String reason) {
    for (Entry entry = next(); entry != null; entry = next()) {
      try {
        entry.callback().run(reason);
      } catch (Throwable e) {
        ChildLog.of(ShutdownCallbacks.class)
            .error("a shutdown callback failed", e, "callback", entry.name());
      }
    }
  }

  private synchronized @Nullable Entry next() {
    Entry entry = entries.poll();
    running = entry == null ? null : entry.name();
    return entry;
  }

  /** What was not finished in time, for the log; those that wait will not be run. */
  synchronized String giveUp() {
    StringBuilder unfinished = new StringBuilder(String.valueOf(running));
    for (Entry entry : entries) {
      unfinished.append(", ").append(entry.name());
    }
    entries.clear();
    return unfinished.toString();
  }
}
