package io.lkagent.log;

import io.lkagent.time.Time;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What one child prints, taken line by line into the log: bounded, cleaned of control characters,
 * tagged with the child's room, job, dispatch and pid, repeats told once and counted.
 */
public final class ChildOutput {
  /** How many lines a failure report shows. */
  public static final int KEPT_LINES = 50;

  private static final Duration REPEAT_REPORT = Duration.ofSeconds(5);

  private final InputStream in;
  private final Time time;
  private final Supplier<Map<String, Object>> tags;
  private final Consumer<LogEvent> sink;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Deque<String> kept = new ArrayDeque<>(KEPT_LINES);
  private String lastLine = "";
  private long repeats;
  private long repeatsSince;

  /**
   * The output that {@code in} brings.
   *
   * @param tags the fields of each line ({@code pid}, and {@code room_name}, {@code job_id}, {@code
   *     dispatch_id} once the child has a job), asked for each line anew
   * @param sink where the events go
   */
  public ChildOutput(
      InputStream in, Time time, Supplier<Map<String, Object>> tags, Consumer<LogEvent> sink) {
    this.in = in;
    this.time = time;
    this.tags = tags;
    this.sink = sink;
  }

  /** The output that {@code in} brings, into this process's log. */
  public ChildOutput(InputStream in, Time time, Supplier<Map<String, Object>> tags) {
    this(in, time, tags, event -> LogPipeline.current().accept(event));
  }

  /**
   * Starts to read on a thread of the given name: a platform thread, because a read from a pipe
   * holds its carrier, and enough children would leave the virtual threads none.
   */
  public ChildOutput start(String threadName) {
    Thread.ofPlatform().daemon().name(threadName).start(this::drain);
    return this;
  }

  /** Waits until the stream has ended and its last line is logged. */
  public boolean awaitEnd(Duration limit) {
    try {
      return ended.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The newest lines, oldest first, with secrets masked. */
  public synchronized List<String> lastLines() {
    return List.copyOf(kept);
  }

  /** Reports repeats that nothing has followed for a while; for a caller's own rare timer. */
  public synchronized void tick() {
    if (repeats > 0 && time.nanos() - repeatsSince > REPEAT_REPORT.toNanos()) {
      reportRepeats();
    }
  }

  /** Reads until the stream ends, on the caller's thread. */
  public void drain() {
    ChildLines lines = new ChildLines(in);
    try {
      for (String line = lines.next(); line != null; line = lines.next()) {
        if (!line.isBlank()) {
          accept(line);
        }
      }
    } catch (IOException e) {
      // The child's end of the pipe is gone, which its exit will tell.
    } finally {
      end();
    }
  }

  private synchronized void end() {
    reportRepeats();
    ended.countDown();
  }

  private synchronized void accept(String raw) {
    String line = Secrets.ofThisProcess().mask(raw);
    if (line.equals(lastLine)) {
      if (repeats++ == 0) {
        repeatsSince = time.nanos();
      }
      tick();
      return;
    }
    reportRepeats();
    lastLine = line;
    if (kept.size() == KEPT_LINES) {
      kept.remove();
    }
    kept.add(line);
    sink.accept(ChildLine.event(line, time.wall(), tags.get()));
  }

  private void reportRepeats() {
    if (repeats == 0) {
      return;
    }
    LogEvent last = ChildLine.event(lastLine, time.wall(), tags.get());
    Map<String, Object> fields = new LinkedHashMap<>(last.fields());
    fields.put("repeated", repeats);
    String times = repeats == 1 ? " time: " : " times: ";
    String message = "repeated " + repeats + times + last.message();
    sink.accept(new LogEvent(last.time(), last.level(), last.logger(), message, fields, null));
    repeats = 0;
  }
}
