package io.lkagent.probe.advice;

import io.lkagent.probe.Advice;
import io.lkagent.probe.Distribution;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.Subject;
import io.lkagent.process.ProcessUsage;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Which settings of a worker fit an agent whose starts were measured. */
public final class Advices {
  /** A timeout is there for starts that hang: ten times the usual one was hardly ever a start. */
  private static final int TIMES_USUAL = 10;

  /** And three times the slowest ones, measured with as many at once as the worker may start. */
  private static final int TIMES_SLOWEST = 3;

  /** A machine that swaps, or is moved, stands still for seconds: no start should fail of it. */
  private static final long LEAST_TIMEOUT = 5;

  /** Timeouts that people write, in seconds. */
  private static final long[] READABLE = {5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 600};

  /** A throughput within this of the best is not worth more processes at once. */
  private static final double AS_GOOD = 0.95;

  /** Starts that mostly wait need few CPUs; what they wait for may not bear more of them. */
  private static final int MOST_PER_CPU = 4;

  /** More than these idle processes are for bursts, which a start's length says nothing about. */
  private static final int MOST_IDLE = 20;

  /** What a worker does unless it is told otherwise. */
  private static final int DEFAULT_AT_MOST = 4;

  private final ProbeResult result;
  private final Figures figures;
  private final double cpus;

  private Advices(ProbeResult result) {
    this.result = result;
    this.figures = new Figures(result);
    double limit = result.plan().limits().cpus();
    double machine = result.subject().cpus();
    this.cpus = limit > 0 ? Math.min(limit, machine) : machine;
  }

  public static Advice of(ProbeResult result) {
    return new Advices(result).advice();
  }

  private Advice advice() {
    Subject subject = result.subject();
    int usual = (int) Math.clamp(Math.floor(cpus), 1, DEFAULT_AT_MOST);
    if (figures.ready().isEmpty()) {
      return new Advice(
          Duration.ofNanos(subject.initTimeoutNanos()),
          usual,
          usual,
          List.of("no start became ready: nothing was measured that settings could follow from"));
    }
    Chosen timeout = timeout();
    Chosen atOnce = atOnce();
    Chosen idle = idle((int) atOnce.value());
    return new Advice(
        Duration.ofSeconds(timeout.value()),
        (int) idle.value(),
        (int) atOnce.value(),
        List.of(timeout.why(), idle.why(), atOnce.why()));
  }

  private record Chosen(long value, String why) {}

  private Chosen timeout() {
    long usual = figures.wall();
    int most = result.plan().concurrency().stream().max(Comparator.naturalOrder()).orElse(1);
    Distribution slowest =
        result.plan().concurrency().stream()
            .map(figures::ready)
            .max(Comparator.comparingLong(Distribution::p99))
            .orElse(Distribution.EMPTY);
    long worst = Math.max(slowest.p99(), usual);
    long needed = Math.max(TIMES_USUAL * usual, TIMES_SLOWEST * worst);
    long seconds = readable(Math.max(LEAST_TIMEOUT, Math.ceilDiv(needed, 1_000_000_000)));
    return new Chosen(
        seconds,
        "--init-timeout %ds: ready takes %s (p50) and %s (p99%s); 10 × the one or 3 × the other, at"
                .formatted(
                    seconds,
                    Words.time(usual),
                    Words.time(worst),
                    most > 1 ? ", up to " + most + " at once" : "")
            + " least 5 s, rounded up");
  }

  private static long readable(long seconds) {
    return Arrays.stream(READABLE)
        .filter(each -> each >= seconds)
        .findFirst()
        .orElse(Math.ceilDiv(seconds, 300) * 300);
  }

  private Chosen atOnce() {
    List<Integer> scan = figures.scan();
    if (scan.size() > 1) {
      List<Integer> fed = scan.stream().filter(k -> !figures.starved(k)).toList();
      double best = fed.stream().mapToDouble(this::perSecond).max().orElse(0);
      int chosen = fed.stream().filter(k -> perSecond(k) >= AS_GOOD * best).findFirst().orElse(1);
      return new Chosen(
          chosen,
          "--max-initializing %d: %s starts a second, %s each; %s"
              .formatted(
                  chosen,
                  Words.decimal(perSecond(chosen), 1),
                  Words.time(figures.ready(chosen).p50()),
                  others(scan, chosen)));
    }
    if (!figures.weighed() || figures.cpu() == 0) {
      int usual = (int) Math.clamp(Math.floor(cpus), 1, DEFAULT_AT_MOST);
      return new Chosen(
          usual,
          "--max-initializing %d: one for each of %s CPUs, at most %d; CPU time was not measured"
              .formatted(usual, Words.decimal(cpus, 1), DEFAULT_AT_MOST));
    }
    double share = share();
    long chosen =
        Math.round(Math.floor(Math.clamp(cpus / share, 1, Math.max(1, MOST_PER_CPU * cpus))));
    return new Chosen(
        chosen,
        "--max-initializing %d: a start keeps %s of a CPU busy (%s of CPU time, ready after %s), and"
                .formatted(
                    chosen,
                    Words.decimal(share, 2),
                    Words.time(figures.cpu()),
                    Words.time(figures.wall()))
            + " there are "
            + Words.decimal(cpus, 1)
            + "; --concurrency 1,2,4,8 would measure it");
  }

  /** CPUs that one start keeps busy, while nothing else is in its way. */
  private double share() {
    long undisturbed = figures.wall() - figures.used(ProcessUsage::waitNanos);
    return (double) figures.cpu()
        / Math.max(Math.max(1, undisturbed), Math.min(figures.wall(), figures.cpu()));
  }

  private String others(List<Integer> scan, int chosen) {
    return String.join(
        ", ",
        scan.stream()
            .filter(k -> k != chosen)
            .map(k -> k + " at once: " + Words.decimal(perSecond(k), 1) + " a second")
            .toList());
  }

  /** How many become ready in a second, with so many under way at any time. */
  private double perSecond(int concurrency) {
    Distribution ready = figures.ready(concurrency);
    return ready.count() == 0 || ready.mean() == 0 ? 0 : concurrency * 1e9 / ready.mean();
  }

  private Chosen idle(int atOnce) {
    long start = figures.wall();
    double perSecond =
        figures.ready(atOnce).count() > 0 ? perSecond(atOnce) : atOnce * 1e9 / Math.max(1, start);
    if (figures.weighed() && figures.cpu() > 0) {
      perSecond = Math.min(perSecond, cpus * 1e9 / figures.cpu());
    }
    long idle = Math.clamp(Math.round(Math.ceil(perSecond * start / 1e9 - 0.01)), 1, MOST_IDLE);
    // What forked processes share is counted by halves while only the host is there to share it.
    long memory = figures.forks() ? 0 : idle * figures.used(ProcessUsage::pss);
    return new Chosen(
        idle,
        "--idle-processes %d: in the %s of one start %d can be made (%s a second), so that jobs that"
                .formatted(idle, Words.time(start), idle, Words.decimal(perSecond, 1))
            + " come as fast as that each find a warm one"
            + (memory > 0 ? "; they take " + Words.size(memory) : "")
            + "; more for larger bursts");
  }
}
