package io.lkagent.probe.advice;

import io.lkagent.probe.Component;
import io.lkagent.probe.ProbeRun;
import io.lkagent.probe.Times;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Plays a start through again with one component changed: each of the others keeps its length, and
 * its distance from the one that it came behind.
 */
public final class Savings {
  private static final Comparator<Saving> GREATEST_FIRST =
      Comparator.comparingLong(Saving::optional).reversed();

  private final List<Component> components;

  /** When the first of them began: the time from hello to there is none's. */
  private final long first;

  private final long ready;

  private Savings(ProbeRun run) {
    this.ready = run.times().ready();
    this.components =
        run.components().stream()
            .filter(c -> c.nanos() >= 0 && c.start() < ready)
            .sorted(Comparator.comparingLong(Component::start))
            .toList();
    this.first = components.isEmpty() ? ready : Math.max(0, components.getFirst().start());
  }

  /** One for each name, the greatest first; none for a start that did not become ready. */
  public static List<Saving> of(ProbeRun run) {
    if (run.times().hello() == Times.UNKNOWN || run.times().ready() == Times.UNKNOWN) {
      return List.of();
    }
    Savings start = new Savings(run);
    Breakdown path = Breakdown.of(run);
    return start.components.stream()
        .map(Component::name)
        .distinct()
        .map(name -> {
          long parallel = start.saved(name, Change.PARALLEL);
          long optional = Math.max(parallel, start.saved(name, Change.OPTIONAL));
          return new Saving(name, path.nanos(name), optional, parallel);
        })
        .sorted(GREATEST_FIRST)
        .toList();
  }

  /** The medians over several starts. */
  public static List<Saving> of(List<ProbeRun> runs) {
    Map<String, List<Saving>> byName = new LinkedHashMap<>();
    runs.stream()
        .flatMap(run -> of(run).stream())
        .forEach(s -> byName.computeIfAbsent(s.component(), n -> new ArrayList<>()).add(s));
    return byName.entrySet().stream()
        .map(each ->
            new Saving(
                each.getKey(),
                Medians.of(each.getValue(), Saving::waited),
                Medians.of(each.getValue(), Saving::optional),
                Medians.of(each.getValue(), Saving::parallel)))
        .sorted(GREATEST_FIRST)
        .toList();
  }

  /** What is done about a component. */
  private enum Change {
    OPTIONAL,
    PARALLEL
  }

  private long saved(String name, Change change) {
    Map<Component, Long> ends = new HashMap<>();
    Map<Component, Long> starts = new HashMap<>();
    long last = first;
    for (Component each : components) {
      boolean changed = each.name().equals(name);
      long start = changed && change == Change.PARALLEL ? first : begin(each, starts, ends);
      starts.put(each, start);
      // Who came behind it now comes where it would have begun.
      ends.put(each, changed ? begin(each, starts, ends) : start + each.nanos());
      if (each.critical()) {
        boolean waits = !(changed && change == Change.OPTIONAL);
        last = Math.max(last, waits ? start + each.nanos() : start);
      }
    }
    long tail = Math.max(0, ready - lastCritical());
    return Math.max(0, ready - (last + tail));
  }

  private long lastCritical() {
    return components.stream()
        .filter(Component::critical)
        .mapToLong(Component::end)
        .reduce(first, Math::max);
  }

  /** When it would begin now, from when those before it would begin and end. */
  private long begin(Component each, Map<Component, Long> starts, Map<Component, Long> ends) {
    Optional<Component> before =
        earlier(each)
            .filter(c -> c.end() <= each.start())
            .max(Comparator.comparingLong(Component::end));
    Set<Component> running =
        earlier(each).filter(c -> c.end() > each.start()).collect(Collectors.toSet());
    if (before.isPresent()) {
      long gap = each.start() - before.get().end();
      if (gap <= Breakdown.RIGHT_BEHIND || running.isEmpty()) {
        return ends.getOrDefault(before.get(), before.get().end()) + gap;
      }
    }
    // Declared by the one that was at work then, if by anybody: it keeps its distance from that.
    return running.stream()
        .min(Comparator.comparingLong(Component::start))
        .map(c -> starts.getOrDefault(c, c.start()) + each.start() - c.start())
        .orElse(each.start());
  }

  private Stream<Component> earlier(Component each) {
    return components.subList(0, components.indexOf(each)).stream();
  }
}
