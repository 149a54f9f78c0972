package io.lkagent.runner;

import java.util.concurrent.LinkedBlockingQueue;

/**
 * The thread that the entry point runs on. It is there, and has had its first turn, before the job
 * is: of the time between a job's start and its entry point, a new thread would take a third.
 */
final class EntryThread implements Runnable {
  private record Turn(Runnable what, boolean last) {}

  private final LinkedBlockingQueue<Turn> turns = new LinkedBlockingQueue<>();
  private final Thread thread = new Thread(this, "entry point");

  /** Starts the thread; it waits. */
  void start() {
    thread.setDaemon(true);
    thread.start();
  }

  /** Runs something on it, for practice. */
  void rehearse(Runnable what) {
    turns.add(new Turn(what, false));
  }

  /** Runs the entry point on it, with which the thread ends. */
  Thread perform(Runnable entryPoint) {
    turns.add(new Turn(entryPoint, true));
    return thread;
  }

  @Override
  public void run() {
    try {
      boolean last = false;
      while (!last) {
        Turn turn = turns.take();
        turn.what().run();
        last = turn.last();
      }
    } catch (InterruptedException e) {
      // The process ends before its entry point had a turn.
      Thread.currentThread().interrupt();
    }
  }
}
