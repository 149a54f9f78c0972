package io.lkagent.probe.advice;

import io.lkagent.probe.AppLoad;
import io.lkagent.probe.Finding;
import io.lkagent.probe.Finding.Severity;
import io.lkagent.probe.advice.Slice.Kind;
import io.lkagent.process.ProcessUsage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** Time in which an agent neither computed nor stood in line for a CPU. */
final class WaitFindings {
  /** Below it lies what a healthy start waits for: files, threads, the worker's own answers. */
  private static final long WORTH = 300_000_000;

  /** Of a long start a little waiting is no news. */
  private static final double SHARE = 0.1;

  /** A step shorter than this part of the waiting cannot be what waits. */
  private static final double MOST = 0.6;

  /** So much of an app's load is felt at each start of the worker. */
  private static final long OF_A_LOAD = 500_000_000;

  private static final long LONG_LOAD = 1_000_000_000;

  /** Reading so much from storage takes time of its own: nothing is known of the rest. */
  private static final long FROM_STORAGE = 16 << 20;

  /** What LiveKit's framework does in an app's process; it computes. */
  private static final String FRAMEWORK = "framework";

  private WaitFindings() {}

  static List<Finding> ofStarts(Figures figures) {
    long waiting = figures.waiting();
    if (waiting < WORTH || waiting < SHARE * figures.wall()) {
      return List.of();
    }
    Candidate step = step(figures, waiting);
    String what =
        "%s for something: %s until ready, with %s of CPU time and at least %s of waiting"
            .formatted(
                step.words(),
                Words.time(figures.wall()),
                Words.time(figures.cpu()),
                Words.time(waiting));
    return List.of(
        new Finding(
            "blocking-wait",
            Severity.WARN,
            what,
            "find what blocks there: a call to the network, a lock, a sleep; give it a short"
                + " timeout, make it optional, or leave it to the entry point",
            waiting));
  }

  /**
   * An app whose load, once for each worker, waits for something: a server that is asked at import.
   */
  static Optional<Finding> ofLoad(Figures figures) {
    AppLoad load = figures.load();
    ProcessUsage usage = load == null ? null : load.usage();
    if (load == null || usage == null || usage.diskBytes() >= FROM_STORAGE) {
      return Optional.empty();
    }
    long waiting = load.nanos() - usage.cpuNanos() - usage.waitNanos();
    if (waiting < OF_A_LOAD || waiting < SHARE * load.nanos()) {
      return Optional.empty();
    }
    return Optional.of(
        new Finding(
            "app-load-waits",
            waiting >= LONG_LOAD ? Severity.WARN : Severity.INFO,
            "the app's import waits for something: %s until the host has loaded it, with %s of CPU time"
                .formatted(Words.time(load.nanos()), Words.time(usage.cpuNanos())),
            "a worker can start no process before: leave what asks a server (settings, a database) to"
                + " the setup function, with a short timeout",
            0));
  }

  /** The component that the waiting is in, where it is in one. */
  static Optional<String> blamed(Figures figures) {
    long waiting = figures.waiting();
    return waiting < WORTH
        ? Optional.empty()
        : Optional.ofNullable(step(figures, waiting).component());
  }

  /** A part of the start that may be what waits. */
  private record Candidate(
      @org.jspecify.annotations.Nullable String component, String words, long nanos) {}

  private static Candidate step(Figures figures, long waiting) {
    Optional<String> steady = figures.steady();
    if (steady.isPresent()) {
      return component(figures, steady.get());
    }
    List<Candidate> all = new ArrayList<>();
    for (String name : figures.componentNames()) {
      if (!(figures.load() != null && name.equals(FRAMEWORK))) {
        all.add(component(figures, name));
      }
    }
    for (Kind kind : List.of(Kind.PROGRAM, Kind.RUNTIME_AND_PROGRAM)) {
      long nanos = least(figures, b -> b.nanos(kind));
      all.add(
          new Candidate(
              null, "the program, before its hello (" + Words.time(nanos) + "), waits", nanos));
    }
    long untold = least(figures, b -> b.nanos(Kind.UNEXPLAINED));
    all.add(
        new Candidate(
            null,
            "the start, in no component that it tells of (" + Words.time(untold) + "), waits",
            untold));
    return all.stream()
        .max(Comparator.comparingLong(Candidate::nanos))
        .filter(longest -> longest.nanos() >= MOST * waiting)
        .orElse(new Candidate(null, "the start waits", waiting));
  }

  private static Candidate component(Figures figures, String name) {
    long nanos = least(figures, b -> b.nanos(name));
    return new Candidate(name, "`%s` (%s) waits".formatted(name, Words.time(nanos)), nanos);
  }

  /** Of all starts the least: what waits does so in each, what was disturbed does not. */
  private static long least(Figures figures, ToLongFunction<Breakdown> figure) {
    return figures.breakdowns().stream().mapToLong(figure).min().orElse(0);
  }
}
