package io.lkagent.pool;

import io.lkagent.ipc.JobStart;
import io.lkagent.supervise.StopCause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a pool knows. Times are monotonic nanoseconds.
 *
 * @param slots each child that is not cleared, by number
 * @param waiting jobs without a process, the oldest first
 * @param offered jobs handed to a child that has neither taken nor returned them, by its number
 * @param nextNumber the number of the next child
 * @param failures failed starts in a row
 * @param idleDeaths warm processes that ended unasked, in a row
 * @param lastIdleDeath when the newest of them did
 * @param nextStart no start for an idle slot before this
 * @param refillAt when the processes that took jobs are replaced, or null: at once
 * @param lastFailure the newest failed start, or null after a success
 * @param machineBusy the machine has no time to spare
 * @param closing no new idle processes; the idle ones end
 */
public record PoolState(
    SortedMap<Integer, Slot> slots,
    List<Waiting> waiting,
    Map<Integer, Waiting> offered,
    int nextNumber,
    int failures,
    int idleDeaths,
    long lastIdleDeath,
    long nextStart,
    @Nullable Long refillAt,
    @Nullable StopCause lastFailure,
    boolean machineBusy,
    boolean closing) {

  /** Failed starts in a row that make a crash loop. */
  static final int CRASH_LOOP = 3;

  /** Warm processes that die further apart than this do not die in a row. */
  private static final long FAR_APART = Duration.ofMinutes(1).toNanos();

  /** What a child is to the pool. */
  public enum Slot {
    INITIALISING,
    IDLE,
    BUSY,
    ENDING
  }

  /** A job without a process. */
  record Waiting(JobStart job, long deadline) {}

  public PoolState {
    slots = Collections.unmodifiableSortedMap(new TreeMap<>(slots));
    waiting = List.copyOf(waiting);
    offered = Map.copyOf(offered);
  }

  static PoolState empty(long now) {
    return new PoolState(
        new TreeMap<>(), List.of(), Map.of(), 1, 0, 0, now, now, null, null, false, false);
  }

  /** Children in {@code slot} now. */
  public int count(Slot slot) {
    int count = 0;
    for (Slot each : slots.values()) {
      count += each == slot ? 1 : 0;
    }
    return count;
  }

  /** True after several failed starts in a row, until one succeeds. */
  public boolean crashLoop() {
    return failures >= CRASH_LOOP;
  }

  /** True while starts for idle slots keep a distance in time. */
  boolean backingOff() {
    return failures > 0 || idleDeaths > 0;
  }

  /** This state with a child that is known in another slot; an unknown one stays unknown. */
  PoolState with(int number, Slot slot) {
    if (!slots.containsKey(number)) {
      return this;
    }
    return changed(c -> c.slots.put(number, slot));
  }

  /** This state without a child. */
  PoolState without(int number) {
    return changed(c -> {
      c.slots.remove(number);
      c.offered.remove(number);
    });
  }

  PoolState started() {
    return changed(c -> c.slots.put(c.nextNumber++, Slot.INITIALISING));
  }

  /** The oldest waiting job is on its way to this child. */
  PoolState handedOut(int number) {
    return changed(c -> {
      c.slots.put(number, Slot.BUSY);
      c.offered.put(number, c.waiting.removeFirst());
    });
  }

  /** The child has answered what it was offered. */
  PoolState answered(int number) {
    return offered.containsKey(number) ? changed(c -> c.offered.remove(number)) : this;
  }

  PoolState waiting(List<Waiting> jobs) {
    return changed(c -> c.waiting = new ArrayList<>(jobs));
  }

  /** Puts a job that was given back before the others. */
  PoolState queued(Waiting first) {
    return changed(c -> c.waiting.addFirst(first));
  }

  PoolState succeeded() {
    return changed(c -> {
      c.failures = 0;
      c.lastFailure = null;
    });
  }

  PoolState failed(StopCause cause, long next) {
    return changed(c -> {
      c.failures++;
      c.nextStart = next;
      c.lastFailure = cause;
    });
  }

  /** How many warm processes have died in a row if one does {@code now}. */
  int idleDeathsBy(long now) {
    return now - lastIdleDeath > FAR_APART ? 1 : idleDeaths + 1;
  }

  PoolState idleDied(long now, long next) {
    int deaths = idleDeathsBy(now);
    return changed(c -> {
      c.idleDeaths = deaths;
      c.lastIdleDeath = now;
      c.nextStart = next;
    });
  }

  /** A job runs: the processes are sound. */
  PoolState proven() {
    return idleDeaths == 0 ? this : changed(c -> c.idleDeaths = 0);
  }

  /** Processes that took jobs are replaced at this time, or now for null. */
  PoolState refill(@Nullable Long at) {
    return Objects.equals(at, refillAt) ? this : changed(c -> c.refillAt = at);
  }

  PoolState machine(boolean busy) {
    return changed(c -> c.machineBusy = busy);
  }

  PoolState closed() {
    return changed(c -> c.closing = true);
  }

  private PoolState changed(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.state();
  }

  /** A state in the making. */
  private static final class Draft {
    private final TreeMap<Integer, Slot> slots;
    private final Map<Integer, Waiting> offered;
    private List<Waiting> waiting;
    private int nextNumber;
    private int failures;
    private int idleDeaths;
    private long lastIdleDeath;
    private long nextStart;
    private @Nullable Long refillAt;
    private @Nullable StopCause lastFailure;
    private boolean machineBusy;
    private boolean closing;

    Draft(PoolState from) {
      slots = new TreeMap<>(from.slots);
      waiting = new ArrayList<>(from.waiting);
      offered = new HashMap<>(from.offered);
      nextNumber = from.nextNumber;
      failures = from.failures;
      idleDeaths = from.idleDeaths;
      lastIdleDeath = from.lastIdleDeath;
      nextStart = from.nextStart;
      refillAt = from.refillAt;
      lastFailure = from.lastFailure;
      machineBusy = from.machineBusy;
      closing = from.closing;
    }

    PoolState state() {
      return new PoolState(
          slots,
          waiting,
          offered,
          nextNumber,
          failures,
          idleDeaths,
          lastIdleDeath,
          nextStart,
          refillAt,
          lastFailure,
          machineBusy,
          closing);
    }
  }
}
