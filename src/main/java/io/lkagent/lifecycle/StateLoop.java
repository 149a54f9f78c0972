package io.lkagent.lifecycle;

import io.lkagent.log.Log;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The owner of a {@link Machine}'s state: one thread of its own, to which everybody else sends
 * events. A sender in a hurry may take the turn itself while that thread rests.
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

  /** What wakes the loop: an event, or the need to look again what it waits for. */
  private record Call<E>(@Nullable E event) {}

  private final String name;
  private final Machine<S, E, A> machine;
  private final Time time;

  private final LinkedBlockingQueue<Call<E>> events = new LinkedBlockingQueue<>();

  private final AtomicInteger unheard = new AtomicInteger();
  private final ReentrantLock turns = new ReentrantLock();
  private final CountDownLatch ended = new CountDownLatch(1);
  private int aheadOfTick = -1;
  private @Nullable Long restUntil;
  private volatile S state;
  private volatile boolean started;
  private volatile long waitsUntil = Machine.NEVER;
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
    started = true;
    Thread.ofVirtual().name(name).start(this::run);
    return this;
  }

  /** Queues an event; after the end of the loop it is dropped. Never blocks. */
  public void send(E event) {
    if (ended.getCount() > 0) {
      unheard.incrementAndGet();
      events.add(new Call<>(event));
    }
  }

  /**
   * Like {@link #send}, but on the caller's own thread when nothing is in the way: what follows is
   * not handed from thread to thread, which under load is where time goes. The actions run on this
   * thread too, so it must hold no lock and have stack enough.
   */
  public void sendNow(E event) {
    if (!turns.tryLock()) {
      send(event);
      return;
    }
    try {
      boolean inTheWay = turns.getHoldCount() > 1 || unheard.get() > 0 || !started;
      if (inTheWay || machine.finished(state)) {
        send(event);
        return;
      }
      timedTurn(event);
      if (machine.finished(state) || machine.wakeAt(state) < waitsUntil) {
        events.add(new Call<>(null));
      }
    } finally {
      turns.unlock();
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
        if (event != null) {
          ownTurn(event);
        }
      }
    } catch (InterruptedException e) {
      failure = e;
      log.error("the loop was interrupted, which nobody should do", "loop", name, "state", state);
    } catch (RuntimeException | Error e) {
      failure = e;
      log.error("a defect: the loop broke", e, "loop", name, "state", state);
    } finally {
      ended.countDown();
      events.clear();
    }
  }

  private void ownTurn(E event) {
    turns.lock();
    try {
      if (!machine.finished(state)) {
        timedTurn(event);
      }
      unheard.decrementAndGet();
    } finally {
      turns.unlock();
    }
  }

  /** The next event, which counts as unheard until its turn is over; null when there is none. */
  private @Nullable E await() throws InterruptedException {
    long wakeAt = nextWake();
    if (wakeAt == Machine.NEVER) {
      aheadOfTick = -1;
      return events.take().event();
    }
    long wait = Math.max(wakeAt - time.nanos(), rest());
    @Nullable Call<E> call = wait > 0 ? eventWithin(wait) : eventAhead();
    if (call != null) {
      return call.event();
    }
    if (wait > 0) {
      // The queue waits by the machine's clock; ours may have stood still meanwhile: look again.
      return null;
    }
    unheard.incrementAndGet();
    return machine.tick();
  }

  /** Between turns, so that whoever takes one sees what this loop is about to wait for. */
  private long nextWake() {
    turns.lock();
    try {
      waitsUntil = machine.finished(state) ? time.nanos() : machine.wakeAt(state);
      return waitsUntil;
    } finally {
      turns.unlock();
    }
  }

  private @Nullable Call<E> eventWithin(long wait) throws InterruptedException {
    aheadOfTick = -1;
    return events.poll(wait, TimeUnit.NANOSECONDS);
  }

  private @Nullable Call<E> eventAhead() {
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

  private void timedTurn(E event) {
    busySince = time.nanos();
    busy = true;
    try {
      turn(event);
    } finally {
      busy = false;
    }
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
