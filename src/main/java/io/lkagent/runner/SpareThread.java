package io.lkagent.runner;

import java.util.concurrent.LinkedBlockingQueue;

/**
 * A thread that goes on reading the worker's channel once the one that read the job's start runs
 * the job. It is there before the job is: a new thread would take a third of a job's start.
 */
final class SpareThread implements Runnable {
  private final LinkedBlockingQueue<Runnable> given = new LinkedBlockingQueue<>();

  /** Starts the thread; it waits. */
  void start() {
    Thread thread = new Thread(this, "protocol (from the job on)");
    thread.setDaemon(true);
    thread.start();
  }

  /** Gives it its work, once. */
  void give(Runnable what) {
    given.add(what);
  }

  @Override
  public void run() {
    try {
      given.take().run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
