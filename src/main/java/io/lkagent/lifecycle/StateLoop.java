package io.lkagent.lifecycle;

import io.lkagent.log.Log;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that owns a {@link Machine}'s state; everybody else sends it events.
 *
 * <p>Events come before a tick that is due: after a stall the answers that waited in the queue are
 * heard before anybody is blamed for silence. Only those that were there when it fell due, though,
 * or a flood of events would hold up every deadline.
 */
public final class StateLoop<S, E, A> {
  private static final Log log = Log.of(StateLoop.class);

  /**
   * How long ticks rest after a defect, so that a deadline that cannot be handled does not spin.
   */
  private static final Duration REST = Duration.ofSeconds(1);

  private final String name;
  private final Machine<S, E, A> machine;
  private final Time time;
  private final LinkedBlockingQueue<E> events = new LinkedBlockingQueue<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private int aheadOfTick = -1;
  private @Nullable Long restUntil;
  private volatile S state;
  private volatile long busySince;
  private volatile boolean busy;
  private volatile @Nullable Throwable failure;

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
    if (ended.getCount() > 0) {
      events.add(event);
    }
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

  /**
   * What broke this loop for good, or left it in doubt: an {@link Error} in a turn, or anything
   * that ended it before the machine was finished. Health shows it.
   */
  public Optional<Throwable> failed() {
    return Optional.ofNullable(failure);
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
      failure = e;
      log.error("the loop was interrupted, which nobody should do", "loop", name, "state", state);
    } catch (RuntimeException | Error e) {
      failure = e;
      log.error("a defect: the loop broke", e, "loop", name, "state", state);
    } finally {
      busy = false;
      ended.countDown();
      events.clear();
    }
  }

  private E await() throws InterruptedException {
    while (true) {
      long wakeAt = machine.wakeAt(state);
      if (wakeAt == Machine.NEVER) {
        aheadOfTick = -1;
        return events.take();
      }
      long wait = Math.max(wakeAt - time.nanos(), rest());
      @Nullable E event = wait > 0 ? eventWithin(wait) : eventAhead();
      if (event != null) {
        return event;
      }
      // The queue waits by the machine's clock; ours may have stood still meanwhile: look again.
      if (wait <= 0) {
        return machine.tick();
      }
    }
  }

  private @Nullable E eventWithin(long wait) throws InterruptedException {
    aheadOfTick = -1;
    return events.poll(wait, TimeUnit.NANOSECONDS);
  }

  private @Nullable E eventAhead() {
    if (aheadOfTick < 0) {
      aheadOfTick = events.size();
    }
    return aheadOfTick-- > 0 ? events.poll() : null;
  }

  private long rest() {
    Long until = restUntil;
    long left = until == null ? 0 : until - time.nanos();
    if (left <= 0) {
      restUntil = null;
    }
    return left;
  }

  private void turn(E event) {
    S before = state;
    try {
      Machine.Step<S, A> step = machine.next(before, event, time.nanos());
      state = step.state();
      for (A action : step.actions()) {
        perform(action);
      }
    } catch (RuntimeException | Error e) {
      restUntil = time.deadline(REST);
      noteError(e);
      log.error(
          "a defect: no step for this event", e, "loop", name, "state", before, "event", event);
    }
  }

  private void perform(A action) {
    try {
      machine.perform(action);
    } catch (RuntimeException | Error e) {
      noteError(e);
      log.error("a defect: an action failed", e, "loop", name, "action", action, "state", state);
    }
  }

  /**
   * The loop goes on, because calls depend on it; whether it can be trusted is for health to say.
   */
  private void noteError(Throwable thrown) {
    if (thrown instanceof Error) {
      failure = thrown;
    }
  }
}
