package io.lkagent.process;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalDouble;

/** A moving average of how much of what was possible was used; pure. */
final class LoadWindow {
  private final long length;
  private final Deque<Sample> samples = new ArrayDeque<>();

  /** An average over the last {@code length} nanoseconds. */
  LoadWindow(long length) {
    this.length = length;
  }

  /** Adds counters that only grow; a sample that goes back is dropped. */
  void add(long now, double busy, double possible) {
    Sample last = samples.peekLast();
    if (last != null && (busy < last.busy || possible <= last.possible)) {
      return;
    }
    samples.add(new Sample(now, busy, possible));
    // One sample at the far end of the window stays, or a rare caller would never get an average.
    while (samples.size() > 2 && now - second().at >= length) {
      samples.remove();
    }
  }

  OptionalDouble load() {
    if (samples.size() < 2) {
      return OptionalDouble.empty();
    }
    Sample first = samples.getFirst();
    Sample last = samples.getLast();
    double load = (last.busy - first.busy) / (last.possible - first.possible);
    return OptionalDouble.of(Math.clamp(load, 0, 1));
  }

  private Sample second() {
    return samples.stream().skip(1).findFirst().orElseThrow();
  }

  private record Sample(long at, double busy, double possible) {}
}
