package io.lkagent.probe;

import io.lkagent.process.ExitStatus;
import io.lkagent.process.ProcessUsage;
import io.lkagent.supervise.StopCause;
import io.lkagent.supervise.StopReason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Builds a probe's result without a probe, for tests of what is made of it. */
public final class Results {
  /** When every built probe began. */
  public static final Instant AT = Instant.parse("2026-03-04T05:06:07Z");

  private static final ProcessUsage USAGE =
      new ProcessUsage(120_000_000, 8_000_000, 60 << 20, 40 << 20, 5_000, 3, 2_000_000, 0, 12, 9);

  private final List<ProbeRun> runs = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final List<FaultResult> faults = new ArrayList<>();
  private String agent = "python app.py";
  private Family family = Family.PYTHON;
  private String runtime = "python 3.12.4";
  private @Nullable AppLoad load;
  private List<Integer> concurrency = List.of(1);
  private Inside inside = new Inside.Unknown("not asked");
  private String limits = "";

  private Results() {}

  public static Results probe() {
    return new Results();
  }

  public Results agent(String words, Family kind, String hello) {
    agent = words;
    family = kind;
    runtime = hello;
    return this;
  }

  public Results load(AppLoad how) {
    load = how;
    return this;
  }

  public Results concurrency(Integer... each) {
    concurrency = List.of(each);
    return this;
  }

  public Results inside(Inside what) {
    inside = what;
    return this;
  }

  public Results limits(String words) {
    limits = words;
    return this;
  }

  public Results note(String line) {
    notes.add(line);
    return this;
  }

  public Results fault(FaultResult fault) {
    faults.add(fault);
    return this;
  }

  /** Warm starts at the first concurrency, one for each time to ready. */
  public Results warm(long... readyMillis) {
    for (long millis : readyMillis) {
      add(start(Part.WARM, concurrency.getFirst(), millis));
    }
    return this;
  }

  /** Starts of a part, so many at once. */
  public Results starts(Part part, int atOnce, long... readyMillis) {
    for (long millis : readyMillis) {
      add(start(part, atOnce, millis));
    }
    return this;
  }

  /** A start changed in the way that matters to a test. */
  public Results warm(long readyMillis, UnaryOperator<ProbeRun> change) {
    return add(change.apply(start(Part.WARM, concurrency.getFirst(), readyMillis)));
  }

  /** A start that was not ready in time, with what it printed last. */
  public Results failed(StopReason reason, String detail, ExitStatus exit, String... output) {
    ProbeRun run = start(Part.WARM, concurrency.getFirst(), 100);
    Times t = run.times();
    return add(
        new ProbeRun(
            run.number(),
            run.part(),
            run.concurrency(),
            run.runtime(),
            new Times(
                t.spawned(), t.program(), t.hello(), Times.UNKNOWN, Times.UNKNOWN, ms(10_000)),
            List.of(),
            new Pings(9, 1, ms(9_000)),
            null,
            new Outcome(false, new StopCause(reason, detail), exit, List.of(), List.of(output))));
  }

  public Results add(ProbeRun run) {
    runs.add(run);
    return this;
  }

  /**
   * A start of which everything is a share of its time to ready: spawned at 1 %, program at 30 %,
   * hello at 40 %, the critical component {@code model} from 45 to 85 %, the optional {@code
   * metrics} from 45 to 60 %.
   */
  public ProbeRun start(Part part, int atOnce, long readyMillis) {
    long ready = ms(readyMillis);
    return new ProbeRun(
        runs.size() + 1,
        part,
        atOnce,
        runtime,
        new Times(
            ready / 100, ready * 30 / 100, ready * 40 / 100, ready, ready + ms(1), ready + ms(20)),
        List.of(
            new Component("model", ready * 45 / 100, ready * 85 / 100, true, null),
            new Component("metrics", ready * 45 / 100, ready * 60 / 100, false, null)),
        new Pings(4, 4, ms(2)),
        USAGE,
        new Outcome(
            true,
            StopCause.of(StopReason.NOT_NEEDED),
            new ExitStatus.Exited(0),
            List.of(),
            List.of()));
  }

  public ProbeResult build() {
    int first = concurrency.getFirst();
    int warm =
        (int)
            runs.stream()
                .filter(run -> run.part() == Part.WARM && run.concurrency() == first)
                .count();
    return new ProbeResult(
        "lkagent 1.2.3",
        AT,
        new Subject(agent, family, runtime, load, Duration.ofSeconds(10).toNanos(), 2, limits),
        new ProbePlan(
            Math.max(1, warm),
            count(Part.WARM_UP),
            count(Part.COLD),
            concurrency,
            null,
            false,
            true,
            Limits.NONE),
        runs,
        inside,
        faults,
        notes);
  }

  private int count(Part part) {
    return (int) runs.stream().filter(run -> run.part() == part).count();
  }

  private static long ms(long millis) {
    return millis * 1_000_000;
  }
}
