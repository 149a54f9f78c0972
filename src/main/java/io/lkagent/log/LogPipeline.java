package io.lkagent.log;

import io.lkagent.time.Time;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where all log events of this process go, its children's lines included.
 *
 * <p>Whoever logs only formats its line and hands it to a queue; one thread writes. A stream that
 * nobody reads therefore stops nobody: lines are dropped, DEBUG first and ERROR last, and counted,
 * and the counts are the first thing written when the stream moves again.
 */
public final class LogPipeline implements AutoCloseable {
  private static final int QUEUE_BYTES = 4 << 20;
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

  private static volatile LogPipeline current =
      new LogPipeline(Level.INFO, LogFormat.TEXT, System.err);

  private final Level least;
  private final LogFormat format;
  private final OutputStream out;
  private final Secrets secrets;
  private final LineQueue queue;
  private final AtomicBoolean started = new AtomicBoolean();
  private final AtomicLong written = new AtomicLong();
  private final AtomicLong unwritable = new AtomicLong();
  private final Map<Level, Long> reported = new LinkedHashMap<>();

  public LogPipeline(Level least, LogFormat format, OutputStream out) {
    this(least, format, out, Secrets.ofThisProcess(), QUEUE_BYTES);
  }

  LogPipeline(Level least, LogFormat format, OutputStream out, Secrets secrets, int queueBytes) {
    this.least = least;
    this.format = format;
    this.out = out;
    this.secrets = secrets;
    this.queue = new LineQueue(queueBytes);
  }

  /** Makes {@code pipeline} the one that every {@link Log} writes to. */
  public static void install(LogPipeline pipeline) {
    LogPipeline before = current;
    current = pipeline;
    before.close();
  }

  /** The pipeline that every {@link Log} writes to. */
  public static LogPipeline current() {
    return current;
  }

  boolean wants(Level level) {
    return level.compareTo(least) >= 0;
  }

  /** Queues the event's line; never waits for the stream. */
  public void accept(LogEvent event) {
    if (wants(event.level())) {
      start();
      queue.offer(event.level(), bytes(event));
    }
  }

  /** Makes the event's line as if it were to be written, and drops it. */
  void rehearse(LogEvent event) {
    var _ = bytes(event);
  }

  /** How many lines were written so far. */
  public long written() {
    return written.get();
  }

  /** How many lines of {@code level} were dropped so far because the stream was not read. */
  public long dropped(Level level) {
    return queue.refused(level);
  }

  /** How many lines were dropped so far, whatever the reason. */
  public long dropped() {
    long dropped = unwritable.get();
    for (Level level : Level.values()) {
      dropped += dropped(level);
    }
    return dropped;
  }

  /** Waits until every line so far is written; false when {@code limit} passed first. */
  public boolean flush(Duration limit) {
    if (!started.get()) {
      return true;
    }
    try {
      return queue.awaitDrained(limit.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Flushes for at most two seconds. Lines that come later are still written. */
  @Override
  public void close() {
    flush(CLOSE_LIMIT);
  }

  private void start() {
    if (!started.get() && started.compareAndSet(false, true)) {
      Thread.ofPlatform().daemon().name("log").start(new Writer());
      try {
        Thread hook = Thread.ofPlatform().name("log flush").unstarted(new Flush());
        Runtime.getRuntime().addShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The JVM is going down already; what can still be written is written by the thread.
      }
    }
  }

  /** A class, as is the next one: a first lambda costs a job process milliseconds. */
  private final class Writer implements Runnable {
    @Override
    public void run() {
      write();
    }
  }

  private final class Flush implements Runnable {
    @Override
    public void run() {
      close();
    }
  }

  private void write() {
    try {
      while (true) {
        print(queue.take());
        written.incrementAndGet();
        reportDropped();
      }
    } catch (InterruptedException e) {
      // Nobody interrupts this thread; it is a daemon and ends with the process.
      Thread.currentThread().interrupt();
    }
  }

  private void print(byte[] line) {
    try {
      out.write(line);
      if (queue.isEmpty()) {
        out.flush();
      }
    } catch (IOException e) {
      // The reader of our stderr is gone; there is nobody left to tell.
      unwritable.incrementAndGet();
    }
  }

  /** Says what was dropped, once the stream moves again. */
  private void reportDropped() {
    Map<String, Object> news = new LinkedHashMap<>();
    for (Level level : Level.values()) {
      long now = dropped(level);
      long before = reported.getOrDefault(level, 0L);
      if (now > before) {
        news.put(level.name().toLowerCase(Locale.ROOT), now - before);
        reported.put(level, now);
      }
    }
    if (!news.isEmpty()) {
      print(
          bytes(
              new LogEvent(
                  Time.raw().wall(),
                  Level.WARN,
                  LogPipeline.class.getName(),
                  "log lines were dropped, because nobody read this log",
                  news,
                  null)));
    }
  }

  private byte[] bytes(LogEvent event) {
    String line;
    try {
      line = format.line(event);
    } catch (RuntimeException e) {
      // A value that cannot even be printed must not break the one who logs it.
      line =
          format.line(
              new LogEvent(
                  event.time(),
                  event.level(),
                  event.logger(),
                  event.message(),
                  Map.of("unprintable_fields", e.getClass().getName()),
                  null));
    }
    return (secrets.mask(line) + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
