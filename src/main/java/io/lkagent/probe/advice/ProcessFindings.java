package io.lkagent.probe.advice;

import io.lkagent.probe.AppLoad;
import io.lkagent.probe.Family;
import io.lkagent.probe.Finding;
import io.lkagent.probe.Finding.Severity;
import io.lkagent.process.ProcessUsage;
import java.util.ArrayList;
import java.util.List;

/** What an agent's process is like: how it comes to be, how large it is, whether it answers. */
final class ProcessFindings {
  /** As much at ready, before any call, lets 10 processes fill a server of 4 GB. */
  private static final long LARGE = 300_000_000;

  /** What several processes take is shown for more than one, even where one is enough. */
  private static final int FEW = 4;

  /** The worker gives a process that long to answer before it hands it a job. */
  private static final long DEAF = 500_000_000;

  /** Longer than a worker's pings are apart: one is missed as a whole. */
  private static final long MISSED = 2_500_000_000L;

  private ProcessFindings() {}

  static List<Finding> of(Figures figures) {
    List<Finding> found = new ArrayList<>();
    AppLoad load = figures.load();
    if (load != null && !load.forks() && figures.family() == Family.PYTHON) {
      found.add(notForked(figures, load));
    }
    long pss = figures.used(ProcessUsage::pss);
    if (pss >= LARGE) {
      found.add(large(figures, pss));
    }
    long silence = Medians.of(figures.ready(), run -> run.pings().longestNanos());
    if (silence > DEAF) {
      found.add(deaf(figures, silence));
    }
    return found;
  }

  private static Finding notForked(Figures figures, AppLoad load) {
    // All but what a forked process does as well: to warm up.
    long cost =
        figures.slice(breakdown ->
            breakdown.slices().stream()
                .filter(slice -> slice.kind() != Slice.Kind.PONG && !slice.name().equals("prewarm"))
                .mapToLong(Slice::nanos)
                .sum());
    return new Finding(
        "thread-at-import",
        Severity.WARN,
        "each process loads the app again instead of being forked: %s of %s until ready, and %s of"
                .formatted(Words.time(cost), Words.time(figures.wall()), Words.time(figures.cpu()))
            + " CPU time; "
            + (load.why().isEmpty() ? "something stands in the way of forking" : load.why()),
        load.why().contains("multiprocessing_context")
            ? "leave multiprocessing_context at its default"
            : "start threads in prewarm (setup_fnc) or in the entry point, not at the import",
        cost);
  }

  private static Finding large(Figures figures, long pss) {
    int idle = Math.max(FEW, Advices.of(figures.result()).idleProcesses());
    return new Finding(
        "memory",
        Severity.WARN,
        figures.forks()
            ? "%s of memory at ready (PSS: a half of what it shares with its host, and all of its own)"
                .formatted(Words.size(pss))
            : "%s of memory at ready (PSS), before any call; %d idle processes take %s"
                .formatted(Words.size(pss), idle, Words.size(pss * idle)),
        figures.forks()
            ? "load at the import what is only read: forked processes share those pages"
            : "load less before a call needs it, map files instead of reading them, or keep what all"
                + " calls share in one process of its own",
        0);
  }

  private static Finding deaf(Figures figures, long silence) {
    String blocked =
        figures.family() == Family.NODE
            ? "the event loop is blocked"
            : figures.family() == Family.PYTHON
                ? "the event loop or the interpreter's lock is held"
                : "whoever reads its messages is busy with something else";
    return new Finding(
        "pings-unanswered",
        silence > MISSED ? Severity.WARN : Severity.INFO,
        "a ping during the init waits %s for its answer: %s"
            .formatted(Words.time(silence), blocked),
        "load on another thread than the one that answers: a process that is deaf for the ping"
            + " timeout is killed",
        0);
  }
}
