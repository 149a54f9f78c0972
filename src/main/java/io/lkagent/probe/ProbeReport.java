package io.lkagent.probe;

import java.util.List;

/** What a probe found out, what follows from it, and the verdict: all that any output shows. */
public record ProbeReport(
    ProbeResult result, List<Finding> findings, Advice advice, Verdict verdict) {
  public ProbeReport {
    findings = List.copyOf(findings);
  }
}
