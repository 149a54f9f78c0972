package io.lkagent.probe;

import java.time.Instant;
import java.util.List;

/**
 * All that a probe found out.
 *
 * @param version of lkagent
 * @param at when it began
 * @param runs every start, in the order in which they ended
 * @param inside what the runtime's own instruments say
 * @param faults how it bore faults made on purpose; empty unless asked for
 * @param notes what could not be done as asked, one line each
 */
public record ProbeResult(
    String version,
    Instant at,
    Subject subject,
    ProbePlan plan,
    List<ProbeRun> runs,
    Inside inside,
    List<FaultResult> faults,
    List<String> notes) {
  public ProbeResult {
    runs = List.copyOf(runs);
    faults = List.copyOf(faults);
    notes = List.copyOf(notes);
  }

  /** The same, with how it bore faults made on purpose. */
  public ProbeResult withFaults(List<FaultResult> results) {
    return new ProbeResult(version, at, subject, plan, runs, inside, results, notes);
  }

  /** The starts that the figures are about, at one concurrency. */
  public List<ProbeRun> measured(int concurrency) {
    return runs.stream()
        .filter(run -> run.part() == Part.WARM && run.concurrency() == concurrency)
        .toList();
  }

  /** The starts that the figures are about, at the first concurrency. */
  public List<ProbeRun> measured() {
    return measured(plan.concurrency().getFirst());
  }

  /** The starts of one part. */
  public List<ProbeRun> of(Part part) {
    return runs.stream().filter(run -> run.part() == part).toList();
  }

  /** Those that count for the success rate: all but the warm-up. */
  public List<ProbeRun> counted() {
    return runs.stream().filter(run -> run.part() != Part.WARM_UP).toList();
  }
}
