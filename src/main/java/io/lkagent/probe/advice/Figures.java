package io.lkagent.probe.advice;

import io.lkagent.probe.AppLoad;
import io.lkagent.probe.Component;
import io.lkagent.probe.Distribution;
import io.lkagent.probe.Family;
import io.lkagent.probe.Inside;
import io.lkagent.probe.Metric;
import io.lkagent.probe.Part;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.ProbeRun;
import io.lkagent.process.ProcessUsage;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** A probe's result as findings look at it: the starts that became ready, and their medians. */
final class Figures {
  private final ProbeResult result;
  private final List<ProbeRun> ready;
  private final List<ProbeRun> weighed;
  private final List<Breakdown> breakdowns;

  Figures(ProbeResult result) {
    this.result = result;
    List<ProbeRun> measured = readyOf(result.measured());
    // Where none of those was ready, the first or a cold one still says where the time goes.
    this.ready = measured.isEmpty() ? readyOf(result.counted()) : measured;
    this.weighed = ready.stream().filter(run -> run.usage() != null).toList();
    this.breakdowns = ready.stream().map(Breakdown::of).toList();
  }

  private static List<ProbeRun> readyOf(List<ProbeRun> runs) {
    return runs.stream().filter(run -> run.outcome().ready()).toList();
  }

  ProbeResult result() {
    return result;
  }

  Family family() {
    return result.subject().family();
  }

  @Nullable AppLoad load() {
    return result.subject().load();
  }

  /** Whether processes are forked from a host that has loaded the app. */
  boolean forks() {
    AppLoad load = load();
    return load != null && load.forks();
  }

  Inside inside() {
    return result.inside();
  }

  List<ProbeRun> ready() {
    return ready;
  }

  List<Breakdown> breakdowns() {
    return breakdowns;
  }

  /** Until ready. */
  long wall() {
    return Medians.of(ready, run -> run.times().ready());
  }

  boolean weighed() {
    return !weighed.isEmpty();
  }

  /** Of those whose usage was read; 0 without any. */
  long used(ToLongFunction<ProcessUsage> figure) {
    return Medians.of(weighed, run -> usage(run, figure));
  }

  long cpu() {
    return used(ProcessUsage::cpuNanos);
  }

  /**
   * How long a start waited for something else than a CPU, at least; 0 where that is not known.
   * What several threads did at the same time is counted as if it had been one after the other.
   */
  long waiting() {
    double share = result.plan().limits().cpus();
    // Who may use half a CPU stands still for as long as it runs.
    double stretch = share > 0 && share < 1 ? 1 / share : 1;
    return Math.max(
        0,
        Medians.of(
            weighed,
            run ->
                run.times().ready()
                    - Math.round(usage(run, ProcessUsage::cpuNanos) * stretch)
                    - usage(run, ProcessUsage::waitNanos)));
  }

  /** The first start, the cold ones, …: those of them that became ready. */
  List<ProbeRun> readyOf(Part part) {
    return readyOf(result.of(part));
  }

  /** A series' figures until ready. */
  Distribution ready(int concurrency) {
    return Metric.READY.over(result.measured(concurrency));
  }

  /** A slice's median length. */
  long slice(ToLongFunction<Breakdown> figure) {
    return Medians.of(breakdowns, figure);
  }

  /** The names of all components that any start told of. */
  List<String> componentNames() {
    return ready.stream()
        .flatMap(run -> run.components().stream())
        .map(Component::name)
        .distinct()
        .toList();
  }

  private static long usage(ProbeRun run, ToLongFunction<ProcessUsage> figure) {
    ProcessUsage usage = run.usage();
    return usage == null ? 0 : figure.applyAsLong(usage);
  }
}
