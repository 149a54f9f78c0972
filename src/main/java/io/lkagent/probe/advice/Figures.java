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
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** A probe's result as findings look at it: the starts that became ready, and their medians. */
final class Figures {
  /** Several at once may well take this much longer each. */
  private static final double STRETCHED = 1.5;

  /** The same work is done as before when the CPU time is within this of it. */
  private static final double SAME_WORK = 1.3;

  /** Of the time until ready, without a CPU: then the CPU is what they lack. */
  private static final double STARVED = 0.3;

  /** A timer ends to the hundredth; work that is disturbed by others never does. */
  private static final double STEADY = 1.03;

  /** A step that is longer than all the CPU time there was has waited, and not a little. */
  private static final double LONGER = 1.2;

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
   * How long a start waited for something else than a CPU, at least; 0 where that is not known: by
   * the whole start's figures, or by the step that waits by the clock.
   */
  long waiting() {
    long whole =
        Medians.of(
            weighed,
            run ->
                run.times().ready()
                    - Math.round(usage(run, ProcessUsage::cpuNanos) * stretch())
                    - usage(run, ProcessUsage::waitNanos));
    return Math.max(Math.max(0, whole), steady().map(this::steadyWait).orElse(0L));
  }

  /** The component that waits by the clock, if one does. */
  Optional<String> steady() {
    return componentNames().stream()
        .filter(name -> steadyWait(name) > 0)
        .max(Comparator.comparingLong(this::steadyWait));
  }

  /**
   * On a busy machine many threads stand in line at once, and the sum of that hides a sleep. One
   * shows all the same: as a step that always takes as long, and longer than all the computing.
   */
  private long steadyWait(String component) {
    if (weighed.size() < 2) {
      return 0;
    }
    long[] lengths = breakdowns.stream().mapToLong(b -> b.nanos(component)).sorted().toArray();
    long least = lengths[0];
    double computed = cpu() * stretch();
    boolean waits = lengths[lengths.length - 1] <= STEADY * least && least >= LONGER * computed;
    return waits ? least - Math.round(computed) : 0;
  }

  /** Who may use half a CPU stands still for as long as it runs. */
  private double stretch() {
    double share = result.plan().limits().cpus();
    return share > 0 && share < 1 ? 1 / share : 1;
  }

  /** The concurrencies at which a start became ready, the lowest first. */
  List<Integer> scan() {
    return result.plan().concurrency().stream()
        .distinct()
        .filter(k -> ready(k).count() > 0)
        .sorted()
        .toList();
  }

  /** Whether starts take much longer at once, of the same work, for want of a CPU. */
  boolean starved(int concurrency) {
    int few = scan().getFirst();
    long wall = ready(concurrency).p50();
    Distribution before = Metric.CPU.over(result.measured(few));
    Distribution cpu = Metric.CPU.over(result.measured(concurrency));
    Distribution wait = Metric.CPU_WAIT.over(result.measured(concurrency));
    return concurrency > few
        && cpu.count() > 0
        && wall >= STRETCHED * ready(few).p50()
        && cpu.p50() <= SAME_WORK * before.p50()
        && wait.p50() >= STARVED * wall;
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
