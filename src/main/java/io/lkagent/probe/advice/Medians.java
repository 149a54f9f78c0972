package io.lkagent.probe.advice;

import java.util.Collection;
import java.util.function.ToLongFunction;

/** The middle one of some figures: of an even number the lower one, which was measured. */
final class Medians {
  private Medians() {}

  /** 0 of none. */
  static <T> long of(Collection<T> all, ToLongFunction<T> figure) {
    long[] sorted = all.stream().mapToLong(figure).sorted().toArray();
    return sorted.length == 0 ? 0 : sorted[(sorted.length - 1) / 2];
  }
}
