package io.lkagent.log;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lines between those who log and the one thread that writes, bounded in bytes. Room is kept for
 * what matters more: DEBUG may fill half of it, INFO three quarters, WARN nine tenths, ERROR all.
 */
final class LineQueue {
  private final int capacity;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition filled = lock.newCondition();
  private final Condition drained = lock.newCondition();
  private final Deque<byte[]> lines = new ArrayDeque<>();

  /** No EnumMap: it looks its keys up by reflection, which costs a job process milliseconds. */
  private final Map<Level, Long> refused = new HashMap<>();

  private int waiting;
  private boolean writing;

  /** A queue of {@code capacity} bytes. */
  LineQueue(int capacity) {
    this.capacity = capacity;
  }

  /** Takes the line or, without waiting, refuses and counts it. */
  void offer(Level level, byte[] line) {
    lock.lock();
    try {
      boolean room = lines.isEmpty() || (long) waiting + line.length <= share(level);
      if (room) {
        lines.add(line);
        waiting += line.length;
        filled.signal();
      } else {
        refused.put(level, refused.getOrDefault(level, 0L) + 1);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the next line, which counts as being written until the next call. */
  byte[] take() throws InterruptedException {
    lock.lock();
    try {
      writing = false;
      if (lines.isEmpty()) {
        drained.signalAll();
      }
      while (lines.isEmpty()) {
        filled.await();
      }
      byte[] line = lines.remove();
      waiting -= line.length;
      writing = true;
      return line;
    } finally {
      lock.unlock();
    }
  }

  boolean isEmpty() {
    lock.lock();
    try {
      return lines.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until all that was offered is written; false when {@code nanos} passed first. */
  boolean awaitDrained(long nanos) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (writing || !lines.isEmpty()) {
        if (left <= 0) {
          return false;
        }
        left = drained.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** How many lines of {@code level} were refused so far. */
  long refused(Level level) {
    lock.lock();
    try {
      return refused.getOrDefault(level, 0L);
    } finally {
      lock.unlock();
    }
  }

  private long share(Level level) {
    return switch (level) {
      case DEBUG -> capacity / 2;
      case INFO -> capacity / 4L * 3;
      case WARN -> capacity / 10L * 9;
      case ERROR -> capacity;
    };
  }
}
