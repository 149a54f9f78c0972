package io.lkagent.probe.faults;

import io.lkagent.time.Time;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What a reader has to pass, so that it can be made slow; open at first. */
final class Gate {
  /** No fault keeps anybody longer; whoever forgot the gate is let through. */
  private static final Duration LONGEST = Duration.ofMinutes(2);

  private final Time time;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition opened = lock.newCondition();
  private boolean closed;

  Gate(Time time) {
    this.time = time;
  }

  void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  void open() {
    lock.lock();
    try {
      closed = false;
      opened.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until it is open. */
  void pass() {
    long deadline = time.deadline(LONGEST);
    lock.lock();
    try {
      while (closed && deadline - time.nanos() > 0) {
        var _ = opened.awaitNanos(deadline - time.nanos());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }
}
