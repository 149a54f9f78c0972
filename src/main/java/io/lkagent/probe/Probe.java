package io.lkagent.probe;

import io.lkagent.process.Confinement;
import io.lkagent.process.ExitStatus;
import io.lkagent.supervise.StopReason;
import io.lkagent.time.Time;
import java.io.IOException;
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
import org.jspecify.annotations.Nullable;

/** Starts an agent's process again and again, as a worker would, and collects what each showed. */
public final class Probe {
  /** Longer series end their processes at once, and weigh one in twenty. */
  private static final int LONG = 200;

  private static final int WEIGHED = 20;

  /** A shell's words for a command that is not there, or is no program. */
  private static final int NOT_FOUND = 127;

  private static final int NOT_EXECUTABLE = 126;
  private static final int SIGKILL = 9;

  /** A start that fetched less than this beyond the warm ones was not cold. */
  private static final long LEAST_COLD = 256 * 1024;

  private final TargetSource source;
  private final ProbePlan plan;
  private final ProbeListener listener;
  private final String version;
  private final Time time;
  private final List<ProbeRun> runs = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final Set<Start> underWay = ConcurrentHashMap.newKeySet();
  private final ColdFiles files = new ColdFiles();
  private volatile boolean stopped;
  private volatile @Nullable Opening opening;
  private volatile @Nullable Preparation preparation;
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
    try (Confinement place = place()) {
      Opening inPlace = new Opening(source, place);
      opening = inPlace;
      if (stopped) {
        inPlace.stop();
      }
      listener.step("opening the agent");
      return series(at, inPlace, place);
    }
  }

  /** Ends the probe early: what runs is killed, and no start follows. */
  public void stop() {
    stopped = true;
    underWay.forEach(Start::abort);
    Opening loading = opening;
    if (loading != null) {
      loading.stop();
    }
    Preparation preparing = preparation;
    if (preparing != null) {
      preparing.stop();
    }
    files.stop();
  }

  private Confinement place() throws ProbeFault {
    try {
      return Confinement.of(plan.limits().cpus(), plan.limits().memory(), time);
    } catch (IOException e) {
      throw new ProbeFault(String.valueOf(e.getMessage()));
    }
  }

  /** All starts of one opening of the agent. */
  private ProbeResult series(Instant at, TargetSource inPlace, Confinement place)
      throws ProbeFault, InterruptedException {
    try (ProbeTarget target = inPlace.open(UnaryOperator.identity())) {
      Preparation before = new Preparation(plan.prepare(), target.spec());
      preparation = before;
      series(new Series(target, before, place));
      Inside inside = inside(inPlace, family(target));
      return new ProbeResult(
          version, at, subject(target, place), plan, runs, inside, List.of(), notes);
    }
  }

  private Subject subject(ProbeTarget target, Confinement place) {
    return new Subject(
        target.words(),
        family(target),
        runtime(),
        target.load(),
        target.settings().initTimeout().toNanos(),
        Runtime.getRuntime().availableProcessors(),
        place.words());
  }

  /** Not after a probe that was ended early, nor of an agent that never started. */
  private Inside inside(TargetSource inPlace, Family family) throws InterruptedException {
    if (!plan.inside() || stopped) {
      return new Inside.Unknown("not asked for");
    }
    if (runs.stream().noneMatch(run -> run.outcome().ready())) {
      return new Inside.Unknown("no start became ready");
    }
    listener.step("looking into a start");
    return new InsideRun(inPlace, time, this::begun).of(family);
  }

  /** A stop that came before the start could be aborted aborts it now. */
  private void begun(Start start) {
    underWay.add(start);
    if (stopped) {
      start.abort();
    }
  }

  /** What all starts of a series have in common. */
  private record Series(ProbeTarget target, Preparation before, Confinement place) {}

  private void series(Series series) throws ProbeFault, InterruptedException {
    int first = plan.concurrency().getFirst();
    if (plan.runs() > 1) {
      listener.step("the first start");
      atOnce(series, Part.FIRST, 1, 1);
      requireProgram();
    }
    if (plan.warmUp() > 0) {
      listener.step("warming up");
      atOnce(series, Part.WARM_UP, plan.warmUp(), first);
    }
    for (int concurrency : plan.concurrency()) {
      listener.step(plan.runs() + " starts, " + concurrency + " at once");
      atOnce(series, Part.WARM, plan.runs(), concurrency);
      requireProgram();
    }
    if (plan.cold() > 0 && !stopped) {
      listener.step(plan.cold() + " cold starts");
      cold(series);
    }
  }

  /** A command that is not there shows as a shell's exit code at each start; once is enough. */
  private synchronized void requireProgram() throws ProbeFault {
    ProbeRun one = runs.isEmpty() ? null : runs.getFirst();
    if (one == null || one.times().hello() != Times.UNKNOWN) {
      return;
    }
    Outcome outcome = one.outcome();
    if (outcome.cause().reason() == StopReason.SPAWN_FAILED) {
      throw new ProbeFault(outcome.cause().detail());
    }
    if (outcome.exit() instanceof ExitStatus.Exited(int code)
        && (code == NOT_FOUND || code == NOT_EXECUTABLE)) {
      throw new ProbeFault(
          code == NOT_FOUND
              ? "the agent's command, or one that it calls, was not found; check its name, PATH and --working-directory"
              : "the agent's command cannot be executed; check its mode (chmod +x) and its first line",
          String.join("\n", outcome.output()));
    }
  }

  /** After the warm ones, which they must not cool, and which tell whether they were cold. */
  private void cold(Series series) throws ProbeFault, InterruptedException {
    ProbeTarget target = series.target();
    target.host().ifPresent(files::add);
    for (int i = 0; i < plan.cold() && !stopped; i++) {
      try {
        files.forget();
      } catch (IOException e) {
        if (!stopped) {
          note("cold starts: the files could not be put out of the cache: " + e.getMessage());
        }
      }
      atOnce(series, Part.COLD, 1, 1);
      if (i == 0 && !stopped && !colder() && ColdFiles.mayDropAll()) {
        files.dropAll();
        note(
            "cold starts: putting out the agent's own files had no effect; the whole system's cache was emptied");
      }
    }
    if (files.kept() > 0) {
      note(
          "cold starts: %d of the agent's %d files stay in memory, as lkagent itself runs on them"
              .formatted(files.kept(), files.count()));
    }
    if (!stopped && !colder()) {
      note("cold starts: nothing more was read from storage than in warm ones: they were not cold");
    }
  }

  /** Whether the last cold start had to fetch more than the warm ones. */
  private synchronized boolean colder() {
    long warm = fetched(runs.stream().filter(run -> run.part() == Part.WARM).toList());
    List<ProbeRun> cold = runs.stream().filter(run -> run.part() == Part.COLD).toList();
    return !cold.isEmpty() && fetched(List.of(cold.getLast())) > warm + LEAST_COLD;
  }

  private static long fetched(List<ProbeRun> some) {
    return Metric.DISK.over(some).p50();
  }

  /** Makes {@code count} starts, so many at once. */
  private void atOnce(Series series, Part part, int count, int concurrency)
      throws ProbeFault, InterruptedException {
    try (ExecutorService threads =
        Executors.newFixedThreadPool(concurrency, Thread.ofVirtual().factory())) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        all.add(
            threads.submit(() -> {
              one(series, part, concurrency);
              return null;
            }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ProbeFault fault) {
        throw fault;
      }
      throw new IllegalStateException("a start was not watched to its end", e.getCause());
    }
  }

  private void one(Series series, Part part, int concurrency)
      throws ProbeFault, InterruptedException {
    if (stopped) {
      return;
    }
    try {
      series.before().run();
    } catch (ProbeFault e) {
      if (stopped) {
        return; // this command was ended by the stop: what led to that is the fault, if one is
      }
      stop();
      throw e;
    }
    int mine = next();
    Start start = start(series, mine, part);
    underWay.add(start);
    try {
      if (stopped) {
        return;
      }
      ProbeRun run = start.run(mine, part, concurrency);
      if (!stopped) {
        add(run);
        listener.ended(run);
        if (plan.failFast() && !run.outcome().ready()) {
          stop();
        }
      }
    } finally {
      underWay.remove(start);
    }
  }

  private Start start(Series series, int mine, Part part) {
    boolean many = plan.starts() > LONG;
    Confinement place = series.place();
    return new Start(
        series.target(),
        many ? Start.Ending.KILLED : Start.Ending.ORDERLY,
        !many || mine % WEIGHED == 0 || part == Part.COLD,
        (pid, status) ->
            status instanceof ExitStatus.Signalled(int signal, String name)
                && signal == SIGKILL
                && place.killedForMemory(),
        plan.cold() > 0 && part != Part.COLD && files.count() == 0 ? files::add : pid -> {},
        time);
  }

  private void note(String words) {
    if (!notes.contains(words)) {
      notes.add(words);
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
