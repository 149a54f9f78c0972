package io.lkagent.log;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;

/** Where all log events of this process go, its children's lines included. */
public final class LogPipeline {
  private static volatile LogPipeline current =
      new LogPipeline(Level.INFO, LogFormat.TEXT, System.err);

  private final Level least;
  private final LogFormat format;
  private final OutputStream out;
  private final ReentrantLock lock = new ReentrantLock();

  public LogPipeline(Level least, LogFormat format, OutputStream out) {
    this.least = least;
    this.format = format;
    this.out = out;
  }

  /** Makes {@code pipeline} the one that every {@link Log} writes to. */
  public static void install(LogPipeline pipeline) {
    current = pipeline;
  }

  static LogPipeline current() {
    return current;
  }

  boolean wants(Level level) {
    return level.compareTo(least) >= 0;
  }

  /** Prints the event; a stream that cannot be written to loses it, and nothing else. */
  public void accept(LogEvent event) {
    if (!wants(event.level())) {
      return;
    }
    byte[] line = (format.line(event) + "\n").getBytes(StandardCharsets.UTF_8);
    lock.lock();
    try {
      out.write(line);
      out.flush();
    } catch (java.io.IOException e) {
      // The reader of our stderr is gone; there is nobody left to tell.
    } finally {
      lock.unlock();
    }
  }
}
