package io.lkagent.probe;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a probe found out, what follows from it, and the verdict: all that any output shows.
 *
 * @param comparison with an earlier probe; null when none was asked for
 */
public record ProbeReport(
    ProbeResult result,
    List<Finding> findings,
    Advice advice,
    @Nullable Comparison comparison,
    Verdict verdict) {
  public ProbeReport {
    findings = List.copyOf(findings);
  }
}
