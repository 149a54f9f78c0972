package io.lkagent.probe.advice;

import io.lkagent.probe.Component;
import io.lkagent.probe.Finding;
import io.lkagent.probe.Finding.Severity;
import io.lkagent.probe.ProbeRun;
import io.lkagent.probe.advice.Slice.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What the components that an agent tells of cost, and what it does not tell. */
final class ComponentFindings {
  /** A saving that somebody would notice. */
  private static final long WORTH = 200_000_000;

  /** A saving that makes another start of it. */
  private static final double SHARE = 0.2;

  /** A start as long as this is felt by the caller who finds no idle process. */
  private static final long SLOW = 1_000_000_000;

  /** Loading the same again may be shorter than what else is worth a finding: it is a mistake. */
  private static final long WORTH_TWICE = 50_000_000;

  /** As much unexplained time may hide a mistake as large as those that are looked for. */
  private static final long UNEXPLAINED = 100_000_000;

  /** A program that needs longer before its first word loads more than it needs for that. */
  private static final long LATE_HELLO = 300_000_000;

  /** What the processes of a framework's app go through, whatever the app does. */
  private static final Set<String> FRAMEWORKS_OWN = Set.of("framework", "preload", "inference");

  private ComponentFindings() {}

  /** Without those components whose cost has been told. */
  static List<Finding> of(Figures figures, Set<String> told) {
    List<Finding> found = new ArrayList<>();
    for (String name : figures.componentNames()) {
      long again = Medians.of(figures.ready(), run -> again(run, name));
      if (again >= WORTH_TWICE && !told.contains(name)) {
        found.add(twice(figures, name, again));
      } else if (!told.contains(name)) {
        savings(figures, name).ifPresent(found::add);
      }
    }
    return found;
  }

  /** All but the longest loading of what has one name. */
  private static long again(ProbeRun run, String name) {
    List<Component> same = run.components().stream().filter(c -> c.name().equals(name)).toList();
    long sum = same.stream().mapToLong(Component::nanos).sum();
    return sum - same.stream().mapToLong(Component::nanos).max().orElse(0);
  }

  private static Finding twice(Figures figures, String name, long again) {
    long times =
        Medians.of(
            figures.ready(),
            run -> run.components().stream().filter(c -> c.name().equals(name)).count());
    return new Finding(
        "component-loaded-twice",
        Severity.WARN,
        "`%s` is loaded %d times in one start: %s for what was there already, of %s until ready"
            .formatted(name, times, Words.time(again), Words.time(figures.wall())),
        "load it once and hand it to all who need it",
        again);
  }

  private static java.util.Optional<Finding> savings(Figures figures, String name) {
    if (figures.load() != null && FRAMEWORKS_OWN.contains(name)) {
      return java.util.Optional.empty();
    }
    return Savings.of(figures.ready()).stream()
        .filter(saving -> saving.component().equals(name))
        .filter(s -> s.optional() >= WORTH && s.optional() >= SHARE * figures.wall())
        .map(saving -> onPath(figures, saving))
        .findFirst();
  }

  private static Finding onPath(Figures figures, Saving saving) {
    long wall = figures.wall();
    boolean parallel = saving.parallel() >= WORTH;
    return new Finding(
        "component-on-critical-path",
        wall >= SLOW ? Severity.WARN : Severity.INFO,
        "ready waits for `%s`: %s of %s; without it ready would come %s earlier%s"
            .formatted(
                saving.component(),
                Words.time(figures.slice(b -> b.nanos(saving.component()))),
                Words.time(wall),
                Words.time(saving.optional()),
                parallel
                    ? ", with it beside the others " + Words.time(saving.parallel()) + " earlier"
                    : ""),
        parallel
            ? "load it beside the others; or make it optional, if a call can begin without it"
            : "make it optional or load it in the entry point, if a call can begin without it",
        saving.optional());
  }

  /** Time that no component and no import explains. */
  static List<Finding> untold(Figures figures, boolean importsAreTold) {
    List<Finding> found = new ArrayList<>();
    long wall = figures.wall();
    long unexplained = figures.slice(b -> b.nanos(Kind.UNEXPLAINED));
    if (unexplained > UNEXPLAINED && unexplained > SHARE * wall) {
      found.add(
          new Finding(
              "unexplained-time",
              Severity.INFO,
              "%s of %s until ready belong to no component"
                  .formatted(Words.time(unexplained), Words.time(wall)),
              "let the agent tell of what it does there: a component of Init, or a phase message of"
                  + " the job protocol",
              unexplained));
    }
    long before = figures.slice(b -> b.nanos(Kind.PROGRAM) + b.nanos(Kind.RUNTIME_AND_PROGRAM));
    if (before > LATE_HELLO && before > SHARE * wall && !importsAreTold) {
      found.add(
          new Finding(
              "late-hello",
              Severity.INFO,
              "%s of %s until ready pass before the program's first word"
                  .formatted(Words.time(before), Words.time(wall)),
              "say hello first and load afterwards, in components: only what is told can be seen",
              before));
    }
    return found;
  }
}
