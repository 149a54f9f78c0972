package io.lkagent.pool;

import io.lkagent.ipc.JobStart;
import io.lkagent.supervise.StopCause;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a pool knows. Times are monotonic nanoseconds.
 *
 * @param slots each child that is not cleared, by number
 * @param waiting jobs without a process, the oldest first
 * @param nextNumber the number of the next child
 * @param failures failed starts in a row
 * @param nextStart no start for an idle slot before this
 * @param lastFailure the newest failed start, or null after a success
 * @param machineBusy the machine has no time to spare
 * @param closing no new idle processes; the idle ones end
 */
public record PoolState(
    Map<Integer, Slot> slots,
    List<Waiting> waiting,
    int nextNumber,
    int failures,
    long nextStart,
    @Nullable StopCause lastFailure,
    boolean machineBusy,
    boolean closing) {

  /** Failed starts in a row that make a crash loop. */
  static final int CRASH_LOOP = 3;

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
    slots = Map.copyOf(slots);
    waiting = List.copyOf(waiting);
  }

  static PoolState empty(long now) {
    return new PoolState(Map.of(), List.of(), 1, 0, now, null, false, false);
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

  PoolState with(int number, @Nullable Slot slot) {
    Map<Integer, Slot> changed = new TreeMap<>(slots);
    if (slot == null) {
      changed.remove(number);
    } else {
      changed.put(number, slot);
    }
    return new PoolState(
        changed, waiting, nextNumber, failures, nextStart, lastFailure, machineBusy, closing);
  }

  PoolState started() {
    PoolState changed = with(nextNumber, Slot.INITIALISING);
    return new PoolState(
        changed.slots,
        waiting,
        nextNumber + 1,
        failures,
        nextStart,
        lastFailure,
        machineBusy,
        closing);
  }

  PoolState waiting(List<Waiting> changed) {
    return new PoolState(
        slots, changed, nextNumber, failures, nextStart, lastFailure, machineBusy, closing);
  }

  PoolState queued(Waiting first) {
    List<Waiting> changed = new ArrayList<>();
    changed.add(first);
    changed.addAll(waiting);
    return waiting(changed);
  }

  PoolState succeeded(long now) {
    return new PoolState(slots, waiting, nextNumber, 0, now, null, machineBusy, closing);
  }

  PoolState failed(StopCause cause, long next) {
    return new PoolState(
        slots, waiting, nextNumber, failures + 1, next, cause, machineBusy, closing);
  }

  PoolState machine(boolean busy) {
    return new PoolState(
        slots, waiting, nextNumber, failures, nextStart, lastFailure, busy, closing);
  }

  PoolState closed() {
    return new PoolState(
        slots, waiting, nextNumber, failures, nextStart, lastFailure, machineBusy, true);
  }
}
