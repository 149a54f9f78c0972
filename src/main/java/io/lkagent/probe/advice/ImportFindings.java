package io.lkagent.probe.advice;

import io.lkagent.probe.Family;
import io.lkagent.probe.Finding;
import io.lkagent.probe.Finding.Severity;
import io.lkagent.probe.Inside;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** What is imported before an agent is ready. */
final class ImportFindings {
  /** Less is not worth a change of the program: nobody hears a tenth of a second of a start. */
  private static final long WORTH = 100_000_000;

  /** A smaller share of the start leaves it about as long as it was. */
  private static final double SHARE = 0.1;

  /** From here on a caller who finds no idle process waits noticeably longer. */
  private static final long FELT = 300_000_000;

  /** More lines would tell the same story again: the slowest packages bring the next ones. */
  private static final int MOST = 3;

  /** Where the framework is most of the imports, changing the app's own changes little. */
  private static final double MOST_OF_ALL = 0.5;

  /** What comes with the runtime and with lkagent: nobody can leave it out. */
  private static final Set<String> NOT_THE_APPS = Set.of("python", "lkagent");

  /** The app's own modules: what they load for themselves is told by its own name. */
  private static final String APP = "app";

  private ImportFindings() {}

  static List<Finding> of(Figures figures) {
    if (!(figures.inside() instanceof Inside.Imports imports)) {
      return List.of();
    }
    List<Finding> found = new ArrayList<>();
    worthwhile(figures, imports).stream()
        .limit(MOST)
        .forEach(share -> found.add(finding(figures, imports, share)));
    if (imports.frameworkNanos() >= WORTH
        && imports.frameworkNanos() >= MOST_OF_ALL * imports.totalNanos()) {
      found.add(framework(figures, imports));
    }
    return found;
  }

  /** Whether the slow imports are what a start waits for; then they have been told. */
  static boolean explainWaiting(Figures figures) {
    return !figures.forks()
        && figures.inside() instanceof Inside.Imports imports
        && worthwhile(figures, imports).stream()
            .limit(1)
            .anyMatch(slowest -> slowest.ownNanos() * 2 >= figures.waiting());
  }

  private static List<Inside.Share> worthwhile(Figures figures, Inside.Imports imports) {
    long whole = figures.forks() ? imports.totalNanos() : figures.wall();
    return imports.shares().stream()
        .filter(share -> !share.framework() && !NOT_THE_APPS.contains(share.part()))
        .filter(share -> share.ownNanos() >= WORTH && share.ownNanos() >= SHARE * whole)
        .sorted(Comparator.comparingLong(ImportFindings::cost).reversed())
        .toList();
  }

  private static Finding finding(Figures figures, Inside.Imports imports, Inside.Share share) {
    String figure =
        "%s of %s of imports%s"
            .formatted(
                Words.time(cost(share)), Words.time(imports.totalNanos()), frameworks(imports));
    if (figures.forks()) {
      return new Finding(
          "import-on-critical-path",
          Severity.INFO,
          "`%s` is imported while the host loads the app: %s, once for each worker; the processes"
                  .formatted(share.part(), figure)
              + " that are forked from it do not wait for it (ready after "
              + Words.time(figures.wall())
              + ")",
          "nothing for the calls; import it inside the entry point if the worker itself has to come"
              + " up sooner",
          0);
    }
    boolean waits = 2 * figures.waiting() >= share.ownNanos();
    return new Finding(
        "import-on-critical-path",
        cost(share) >= FELT ? Severity.WARN : Severity.INFO,
        "`%s` is imported on the critical path: %s; ready after %s%s"
            .formatted(
                share.part(),
                figure,
                Words.time(figures.wall()),
                waits ? ", of which only " + Words.time(figures.cpu()) + " is CPU time" : ""),
        remedy(figures),
        cost(share));
  }

  private static long cost(Inside.Share share) {
    return share.part().equals(APP) ? share.ownNanos() : share.totalNanos();
  }

  private static String frameworks(Inside.Imports imports) {
    return imports.frameworkNanos() == 0
        ? ""
        : " (LiveKit's framework: " + Words.time(imports.frameworkNanos()) + ")";
  }

  private static String remedy(Figures figures) {
    if (figures.family() == Family.NODE) {
      return "load it by import() inside the entry point, unless each call needs it at once";
    }
    if (figures.load() != null) {
      return "import it inside the entry point, or let the app be forked: then the host imports it"
          + " once for all processes";
    }
    return "import it inside the entry point; or write the agent for LiveKit's framework and start"
        + " it by --python: the fork server loads it once for all processes";
  }

  private static Finding framework(Figures figures, Inside.Imports imports) {
    String what =
        "LiveKit's framework is %s of %s of imports"
            .formatted(Words.time(imports.frameworkNanos()), Words.time(imports.totalNanos()));
    if (figures.forks()) {
      return new Finding(
          "framework-import",
          Severity.INFO,
          what + ", once for each worker",
          "nothing: forked processes have it already",
          0);
    }
    return new Finding(
        "framework-import",
        Severity.INFO,
        what + ", paid by each process",
        figures.family() == Family.NODE
            ? "keep as many idle processes as calls may come at once: the app cannot change it"
            : "let the app be forked: then the host imports it once for all processes",
        imports.frameworkNanos());
  }
}
