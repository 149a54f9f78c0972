package io.lkagent.probe.advice;

import io.lkagent.probe.Finding;
import io.lkagent.probe.Finding.Severity;
import io.lkagent.probe.Metric;
import io.lkagent.probe.Part;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.ProbeRun;
import io.lkagent.process.ProcessUsage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What shows only when starts are compared: with the first, at once, and with the timeout. */
final class SeriesFindings {
  /** A start twice as long as usual is a different one. */
  private static final double FAR_SLOWER = 2;

  /** Below it the difference is felt by nobody, whatever the ratio. */
  private static final long WORTH = 300_000_000;

  /** So much read from storage shows that the difference is the storage's. */
  private static final long FROM_STORAGE = 1_000_000;

  /** The timeout should bear a machine on which all takes twice as long. */
  private static final int MARGIN = 2;

  private SeriesFindings() {}

  static List<Finding> of(Figures figures) {
    List<Finding> found = new ArrayList<>();
    starved(figures).ifPresent(found::add);
    margin(figures).ifPresent(found::add);
    far(figures, Part.FIRST, "first-start-slow", "the first start").ifPresent(found::add);
    if (found.stream().noneMatch(finding -> finding.id().equals("first-start-slow"))) {
      far(figures, Part.COLD, "cold-start-slow", "a start with a cold file cache")
          .ifPresent(found::add);
    }
    return found;
  }

  private static Optional<Finding> starved(Figures figures) {
    List<Integer> scan = figures.scan();
    if (scan.size() < 2) {
      return Optional.empty();
    }
    int few = scan.getFirst();
    return scan.reversed().stream()
        .limit(scan.size() - 1L)
        .filter(figures::starved)
        .max(Comparator.naturalOrder())
        .map(many -> starvedAt(figures, few, many));
  }

  private static Finding starvedAt(Figures figures, int few, int many) {
    ProbeResult result = figures.result();
    long wall = figures.ready(many).p50();
    long alone = figures.ready(few).p50();
    long timeout = result.subject().initTimeoutNanos();
    return new Finding(
        "starved-at-once",
        wall >= timeout / MARGIN ? Severity.WARN : Severity.INFO,
        "%d at once: %s until ready instead of %s, with about the same CPU time (%s) and %s without"
                .formatted(
                    many,
                    Words.time(wall),
                    Words.time(alone),
                    Words.time(Metric.CPU.over(result.measured(many)).p50()),
                    Words.time(Metric.CPU_WAIT.over(result.measured(many)).p50()))
            + " a CPU (of all threads)",
        "--max-initializing %d: more at once are not sooner ready"
            .formatted(Advices.of(result).maxInitializing()),
        Math.max(0, wall - alone));
  }

  private static Optional<Finding> margin(Figures figures) {
    long timeout = figures.result().subject().initTimeoutNanos();
    return figures.result().plan().concurrency().stream()
        .max(Comparator.comparingLong(k -> figures.ready(k).p99()))
        .filter(k -> figures.ready(k).p99() * MARGIN > timeout)
        .map(k ->
            new Finding(
                "timeout-margin",
                Severity.WARN,
                "p99 until ready is %s%s, more than half of the init timeout of %s"
                    .formatted(
                        Words.time(figures.ready(k).p99()),
                        k == 1 ? "" : " with " + k + " at once",
                        Words.time(timeout)),
                "--init-timeout "
                    + Advices.of(figures.result()).initTimeout().toSeconds()
                    + "s, or a shorter start: a busy machine takes twice as long",
                0));
  }

  private static Optional<Finding> far(Figures figures, Part part, String id, String who) {
    List<ProbeRun> those = figures.readyOf(part);
    long slow = Medians.of(those, run -> run.times().ready());
    long usual = figures.wall();
    if (figures.result().measured().isEmpty()
        || those.isEmpty()
        || slow < FAR_SLOWER * usual
        || slow - usual < WORTH) {
      return Optional.empty();
    }
    long disk =
        Medians.of(those, run -> used(run.usage(), Metric.DISK)) - warm(figures, Metric.DISK);
    long major =
        Medians.of(those, run -> used(run.usage(), Metric.MAJOR_FAULTS))
            - warm(figures, Metric.MAJOR_FAULTS);
    boolean storage = disk >= FROM_STORAGE;
    String what =
        "%s was ready after %s, the others after %s; %s"
            .formatted(
                who,
                Words.time(slow),
                Words.time(usual),
                storage
                    ? "%s more came from storage, with %s"
                        .formatted(Words.size(disk), Words.count(Math.max(0, major), "major fault"))
                    : "less than 1 MB more of it came from storage");
    return Optional.of(
        new Finding(
            id,
            Severity.INFO,
            what,
            storage
                ? "ship fewer and smaller files, or start one process while the machine is set up:"
                    + " the first callers of a new machine wait for this"
                : "start one process while the image is built: what it compiles or unpacks is there"
                    + " then",
            0));
  }

  private static long warm(Figures figures, Metric metric) {
    return metric.over(figures.ready()).p50();
  }

  private static long used(@org.jspecify.annotations.Nullable ProcessUsage usage, Metric metric) {
    return usage == null ? 0 : metric == Metric.DISK ? usage.diskBytes() : usage.majorFaults();
  }
}
