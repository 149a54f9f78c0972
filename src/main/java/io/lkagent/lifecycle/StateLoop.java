package io.lkagent.lifecycle;

import io.lkagent.log.Log;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The one thread that owns a {@link Machine}'s state; everybody else sends it events. */
public final class StateLoop<S, E, A> {
  private static final Log log = Log.of(StateLoop.class);

  private final String name;
  private final Machine<S, E, A> machine;
  private final Time time;
  private final LinkedBlockingQueue<E> events = new LinkedBlockingQueue<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile S state;
  private volatile long busySince;
  private volatile boolean busy;

  public StateLoop(String name, Time time, S initial, Machine<S, E, A> machine) {
    this.name = name;
    this.time = time;
    this.state = initial;
    this.machine = machine;
  }

  /** Starts the loop on a virtual thread named after it. */
  public StateLoop<S, E, A> start() {
    Thread.ofVirtual().name(name).start(this::run);
    return this;
  }

  /** Queues an event; after the end of the loop it is dropped. Never blocks. */
  public void send(E event) {
    events.add(event);
  }

  /** The newest state, for reading only. */
  public S state() {
    return state;
  }

  /** Waits for the end of the machine; false when {@code limit} passed first. */
  public boolean awaitEnd(Duration limit) {
    try {
      return ended.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** True when one turn of the loop has taken longer than {@code limit}. */
  public boolean standsStill(Duration limit) {
    return busy && time.nanos() - busySince > limit.toNanos();
  }

  private void run() {
    try {
      while (!machine.finished(state)) {
        E event = await();
        busySince = time.nanos();
        busy = true;
        turn(event);
        busy = false;
      }
    } catch (InterruptedException e) {
      log.error("the loop was interrupted, which nobody should do", "loop", name, "state", state);
    } finally {
      ended.countDown();
    }
  }

  private E await() throws InterruptedException {
    long wakeAt = machine.wakeAt(state);
    if (wakeAt == Machine.NEVER) {
      return events.take();
    }
    E ready = events.poll();
    if (ready != null) {
      return ready;
    }
    long wait = wakeAt - time.nanos();
    @Nullable E event = wait <= 0 ? null : events.poll(wait, TimeUnit.NANOSECONDS);
    return event == null ? machine.tick() : event;
  }

  private void turn(E event) {
    S before = state;
    try {
      Machine.Step<S, A> step = machine.next(before, event, time.nanos());
      state = step.state();
      for (A action : step.actions()) {
        perform(action);
      }
    } catch (RuntimeException e) {
      log.error(
          "a defect: no step for this event", e, "loop", name, "state", before, "event", event);
    }
  }

  private void perform(A action) {
    try {
      machine.perform(action);
    } catch (RuntimeException e) {
      log.error("a defect: an action failed", e, "loop", name, "action", action, "state", state);
    }
  }
}
