package io.lkagent.devserver;

import io.lkagent.time.Time;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** The single owner of what the server knows: one lock, and the parts that it guards. */
final class ControlPlane implements AutoCloseable {
  private final ReentrantLock lock = new ReentrantLock();
  private final DevServerConfig config;
  private final Timers timers = new Timers();
  private final Tokens tokens;
  private final Workers workers;
  private final Rooms rooms;
  private final JobLauncher launcher;

  ControlPlane(DevServerConfig config, Time time) {
    this.config = config;
    this.tokens = new Tokens(config.apiKey(), config.apiSecret(), time);
    this.workers = new Workers(lock, time, tokens);
    this.rooms = new Rooms(this, time, workers);
    DispatchPace pace =
        config.copyServerDelays() ? new ServerPace(this, time) : new DispatchPace.AtOnce(this);
    this.launcher = new JobLauncher(this, time, pace);
  }

  /** Runs an action as the owner and hands its result back. */
  <T> T owned(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }

  /** Runs an action as the owner. */
  void run(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }

  /** Runs an action as the owner, later. */
  Future<?> after(Duration delay, Runnable action) {
    return timers.after(delay, () -> run(action));
  }

  void assertOwned() {
    assert lock.isHeldByCurrentThread();
  }

  DevServerConfig config() {
    return config;
  }

  Timers timers() {
    return timers;
  }

  Tokens tokens() {
    return tokens;
  }

  Workers workers() {
    return workers;
  }

  Rooms rooms() {
    return rooms;
  }

  JobLauncher launcher() {
    return launcher;
  }

  @Override
  public void close() {
    timers.close();
  }
}
