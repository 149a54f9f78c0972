package io.lkagent.probe.advice;

import io.lkagent.probe.Component;
import io.lkagent.probe.ProbeRun;
import io.lkagent.probe.Times;
import io.lkagent.probe.advice.Slice.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Where the time of one start went: pieces that follow each other without a gap, from the moment
 * the process was asked for to its first pong, or as far as it came.
 *
 * @param slices in their order
 * @param components where each was, from its begin to its end; they can lie above each other
 */
public record Breakdown(List<Slice> slices, List<Component> components) {
  /**
   * How close behind another's end a component begins that waited for it: enough for a thread to be
   * woken on a busy machine, too little for work that somebody would want to see.
   */
  static final long RIGHT_BEHIND = 2_000_000;

  public Breakdown {
    slices = List.copyOf(slices);
    components = List.copyOf(components);
  }

  /** Makes sense of whatever the agent said: what cannot be is cut to what can. */
  public static Breakdown of(ProbeRun run) {
    Times times = run.times();
    long end = end(times);
    List<Slice> slices = new ArrayList<>();
    long spawned = known(times.spawned()) ? Math.clamp(times.spawned(), 0, end) : 0;
    add(slices, Slice.of(Kind.SPAWN, 0, spawned));
    if (!known(times.hello())) {
      add(slices, Slice.of(Kind.UNEXPLAINED, spawned, end));
      return new Breakdown(slices, List.of());
    }
    long ready = known(times.ready()) ? Math.clamp(times.ready(), 0, end) : end;
    long late = late(run, spawned, ready);
    long hello = Math.clamp(times.hello() - late, spawned, end);
    if (known(times.program())) {
      long program = Math.clamp(times.program() - late, spawned, hello);
      add(slices, Slice.of(Kind.RUNTIME, spawned, program));
      add(slices, Slice.of(Kind.PROGRAM, program, hello));
    } else {
      add(slices, Slice.of(Kind.RUNTIME_AND_PROGRAM, spawned, hello));
    }
    ready = Math.max(ready, hello);
    List<Component> components = earlier(run.components(), late);
    slices.addAll(path(components, hello, ready));
    add(slices, Slice.of(Kind.PONG, ready, end));
    return new Breakdown(slices, components);
  }

  /** All of it. */
  public long nanos() {
    return slices.isEmpty() ? 0 : slices.getLast().to();
  }

  /** All that is of one kind. */
  public long nanos(Kind kind) {
    return slices.stream().filter(slice -> slice.kind() == kind).mapToLong(Slice::nanos).sum();
  }

  /** All that was spent on the critical components of this name. */
  public long nanos(String component) {
    return slices.stream()
        .filter(slice -> slice.kind() == Kind.COMPONENT && slice.name().equals(component))
        .mapToLong(Slice::nanos)
        .sum();
  }

  /** The components that ready waited for, one behind the other. */
  public List<Slice> criticalPath() {
    return slices.stream().filter(slice -> slice.kind() == Kind.COMPONENT).toList();
  }

  /**
   * How much too late the hello was read, at least. Components count from when it was said: one
   * that seems to end behind the ready that waited for it shows the difference.
   */
  private static long late(ProbeRun run, long spawned, long ready) {
    long last =
        run.components().stream()
            .filter(Component::critical)
            .mapToLong(Component::end)
            .max()
            .orElse(ready);
    return Math.clamp(last - ready, 0, Math.max(0, run.times().hello() - spawned));
  }

  private static List<Component> earlier(List<Component> components, long by) {
    return components.stream()
        .map(c -> new Component(c.name(), c.start() - by, c.end() - by, c.critical(), c.error()))
        .toList();
  }

  private static long end(Times times) {
    if (known(times.pong())) {
      return times.pong();
    }
    if (known(times.ready())) {
      return times.ready();
    }
    return Math.max(0, times.ended());
  }

  private static boolean known(long time) {
    return time > Times.UNKNOWN;
  }

  private static void add(List<Slice> slices, Slice slice) {
    if (slice.nanos() > 0) {
      slices.add(slice);
    }
  }

  /** From {@code from} to {@code to}: critical components, in their gaps optional ones. */
  private static List<Slice> path(List<Component> components, long from, long to) {
    List<Component> critical = components.stream().filter(Component::critical).toList();
    List<Component> optional = components.stream().filter(c -> !c.critical()).toList();
    List<Slice> all = new ArrayList<>();
    for (Slice slice : walk(critical, Kind.COMPONENT, from, to)) {
      if (slice.kind() == Kind.UNEXPLAINED) {
        all.addAll(walk(optional, Kind.OPTIONAL, slice.from(), slice.to()));
      } else {
        all.add(slice);
      }
    }
    return all;
  }

  /** Goes back from the end: whoever ended last is who was waited for. */
  private static List<Slice> walk(List<Component> among, Kind kind, long from, long to) {
    List<Slice> back = new ArrayList<>();
    long at = to;
    while (at > from) {
      Optional<Component> last = waitedFor(among, from, at);
      long end = last.map(component -> component.end()).orElse(from);
      if (last.isEmpty() || end < at) {
        long gap = Math.max(from, end);
        add(back, Slice.of(Kind.UNEXPLAINED, gap, at));
        at = gap;
      }
      if (last.isPresent()) {
        long start = Math.max(from, last.get().start());
        add(back, new Slice(kind, last.get().name(), start, at));
        at = start;
      }
    }
    return back.reversed();
  }

  /**
   * Whom what happens at {@code at} came behind: who ended right before it; else who was at work
   * then, such as the one that declares the others; else who ended last.
   */
  private static Optional<Component> waitedFor(List<Component> among, long from, long at) {
    List<Component> begun =
        among.stream().filter(c -> c.start() < at && c.end() > from && c.nanos() > 0).toList();
    Comparator<Component> byEnd = Comparator.comparingLong(Component::end);
    Optional<Component> ended = begun.stream().filter(c -> c.end() <= at).max(byEnd);
    if (ended.isPresent() && at - ended.get().end() <= RIGHT_BEHIND) {
      return ended;
    }
    return begun.stream()
        .filter(c -> c.end() > at)
        .min(Comparator.comparingLong(Component::start))
        .or(() -> ended);
  }
}
