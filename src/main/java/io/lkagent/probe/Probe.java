package io.lkagent.probe;

import io.lkagent.time.Time;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;

/** Starts an agent's process again and again, as a worker would, and collects what each showed. */
public final class Probe {
  /** Longer series end their processes at once, and weigh one in twenty. */
  private static final int LONG = 200;

  private static final int WEIGHED = 20;

  private final TargetSource source;
  private final ProbePlan plan;
  private final ProbeListener listener;
  private final String version;
  private final Time time;
  private final List<ProbeRun> runs = new ArrayList<>();
  private final Set<Start> underWay = ConcurrentHashMap.newKeySet();
  private volatile boolean stopped;
  private int number;

  public Probe(
      TargetSource source, ProbePlan plan, ProbeListener listener, String version, Time time) {
    this.source = source;
    this.plan = plan;
    this.listener = listener;
    this.version = version;
    this.time = time;
  }

  /**
   * Makes all starts of the plan.
   *
   * @throws ProbeFault when the agent cannot be started at all
   */
  public ProbeResult run() throws ProbeFault, InterruptedException {
    Instant at = time.wall();
    List<String> notes = new ArrayList<>();
    listener.step("opening the agent");
    try (ProbeTarget target = source.open(UnaryOperator.identity())) {
      series(target);
      Inside inside = inside(family(target));
      Subject subject =
          new Subject(
              target.words(),
              family(target),
              runtime(),
              target.load(),
              target.settings().initTimeout().toNanos(),
              Runtime.getRuntime().availableProcessors(),
              "");
      return new ProbeResult(version, at, subject, plan, runs, inside, List.of(), notes);
    }
  }

  /** Ends the probe early: what runs is killed, and no start follows. */
  public void stop() {
    stopped = true;
    underWay.forEach(Start::abort);
  }

  /** Not after a probe that was ended early, nor of an agent that never started. */
  private Inside inside(Family family) throws InterruptedException {
    if (!plan.inside() || stopped) {
      return new Inside.Unknown("not asked for");
    }
    if (runs.stream().noneMatch(run -> run.outcome().ready())) {
      return new Inside.Unknown("no start became ready");
    }
    listener.step("looking into a start");
    return new InsideRun(source, time, underWay::add).of(family);
  }

  private void series(ProbeTarget target) throws InterruptedException {
    int first = plan.concurrency().getFirst();
    if (plan.runs() > 1) {
      listener.step("the first start");
      atOnce(target, Part.FIRST, 1, 1);
    }
    if (plan.warmUp() > 0) {
      listener.step("warming up");
      atOnce(target, Part.WARM_UP, plan.warmUp(), first);
    }
    for (int concurrency : plan.concurrency()) {
      listener.step(plan.runs() + " starts, " + concurrency + " at once");
      atOnce(target, Part.WARM, plan.runs(), concurrency);
    }
  }

  /** Makes {@code count} starts, so many at once. */
  private void atOnce(ProbeTarget target, Part part, int count, int concurrency)
      throws InterruptedException {
    try (ExecutorService threads =
        Executors.newFixedThreadPool(concurrency, Thread.ofVirtual().factory())) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        all.add(
            threads.submit(() -> {
              one(target, part, concurrency);
              return null;
            }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a start was not watched to its end", e.getCause());
    }
  }

  private void one(ProbeTarget target, Part part, int concurrency) throws InterruptedException {
    if (stopped) {
      return;
    }
    int mine = next();
    boolean many = plan.starts() > LONG;
    Start start =
        new Start(
            target,
            many ? Start.Ending.KILLED : Start.Ending.ORDERLY,
            !many || mine % WEIGHED == 0,
            time);
    underWay.add(start);
    try {
      ProbeRun run = start.run(mine, part, concurrency);
      if (!stopped) {
        add(run);
        listener.ended(run);
      }
      if (plan.failFast() && !run.outcome().ready()) {
        stop();
      }
    } finally {
      underWay.remove(start);
    }
  }

  private synchronized int next() {
    return ++number;
  }

  private synchronized void add(ProbeRun run) {
    runs.add(run);
  }

  private synchronized String runtime() {
    return runs.stream()
        .map(ProbeRun::runtime)
        .filter(words -> !words.isEmpty())
        .findFirst()
        .orElse("");
  }

  private Family family(ProbeTarget target) {
    return target.family() == Family.PROGRAM ? Family.of(runtime()) : target.family();
  }
}
