package io.lkagent.probe.report;

import io.lkagent.probe.Component;
import io.lkagent.probe.ProbeRun;
import io.lkagent.probe.Times;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Divides a start into slices: what it told, and between that what it did not. */
final class Slices {
  private Slices() {}

  /** In the order of their begin; together they cover the time to ready. */
  static List<Slice> of(ProbeRun run) {
    Times t = run.times();
    List<Slice> slices = new ArrayList<>();
    long at = add(slices, "spawn", 0, t.spawned());
    if (t.program() != Times.UNKNOWN) {
      at = add(slices, "runtime", at, t.program());
      at = add(slices, "to hello", at, t.hello());
    } else {
      at = add(slices, "runtime, to hello", at, t.hello());
    }
    List<Component> parts =
        run.components().stream().sorted(Comparator.comparingLong(Component::start)).toList();
    long late = late(parts, t.ready());
    for (Component part : parts) {
      long from = Math.max(0, part.start() - late);
      at = gap(slices, at, Math.min(from, t.ready()));
      slices.add(new Slice(name(part), from, part.end() - late));
      at = Math.max(at, part.end() - late);
    }
    gap(slices, at, t.ready());
    add(slices, Slice.PONG, t.ready(), t.pong());
    return slices;
  }

  /**
   * How much later than it was said the hello was read, at least: components count from there, and
   * a critical one cannot end behind ready.
   */
  private static long late(List<Component> parts, long ready) {
    long end = parts.stream().filter(Component::critical).mapToLong(Component::end).max().orElse(0);
    return ready == Times.UNKNOWN ? 0 : Math.max(0, end - ready);
  }

  private static String name(Component part) {
    return part.critical() ? part.name() : part.name() + " (optional)";
  }

  private static long gap(List<Slice> slices, long from, long to) {
    return add(slices, Slice.UNEXPLAINED, from, to);
  }

  private static long add(List<Slice> slices, String name, long from, long to) {
    if (from == Times.UNKNOWN || to == Times.UNKNOWN || to <= from) {
      return from;
    }
    slices.add(new Slice(name, from, to));
    return to;
  }
}
