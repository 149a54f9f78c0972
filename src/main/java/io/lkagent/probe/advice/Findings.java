package io.lkagent.probe.advice;

import io.lkagent.probe.Finding;
import io.lkagent.probe.ProbeResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What can be bettered about an agent's start, the most important first. What was not measured is
 * not said: an app without a prewarm function, or a component that makes the first call slow, shows
 * nothing in a start.
 */
public final class Findings {
  private Findings() {}

  /** By severity, then by what it costs each start; in between as listed here. */
  public static List<Finding> of(ProbeResult result) {
    Figures figures = new Figures(result);
    List<Finding> all = new ArrayList<>(FailureFindings.of(figures));
    if (!figures.ready().isEmpty()) {
      all.addAll(ofReadyStarts(figures));
    }
    all.sort(
        Comparator.comparing(Finding::severity).thenComparingLong(Finding::costNanos).reversed());
    return List.copyOf(all);
  }

  private static List<Finding> ofReadyStarts(Figures figures) {
    List<Finding> all = new ArrayList<>();
    List<Finding> imports = ImportFindings.of(figures);
    all.addAll(imports);
    all.addAll(ProcessFindings.of(figures));
    // One cost is told once, by the finding that knows most about it.
    boolean explained = ImportFindings.explainWaiting(figures);
    Set<String> told = new HashSet<>();
    WaitFindings.blamed(figures).ifPresent(told::add);
    List<Finding> waits = explained ? List.of() : WaitFindings.ofStarts(figures);
    all.addAll(waits);
    all.addAll(ComponentFindings.of(figures, waits.isEmpty() ? Set.of() : told));
    if (waits.isEmpty()) {
      all.addAll(ComponentFindings.untold(figures, !imports.isEmpty()));
    }
    WaitFindings.ofLoad(figures).ifPresent(all::add);
    all.addAll(SeriesFindings.of(figures));
    all.addAll(JvmFindings.of(figures));
    return all;
  }
}
