package io.lkagent.cli;

import io.lkagent.probe.Limits;
import io.lkagent.probe.ProbePlan;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How often, how many at once and under which limits {@code probe-init} starts an agent. */
@HelpSection("Runs")
final class ProbeOptions {
  private static final int MOST_RUNS = 1_000_000;
  private static final int MOST_AT_ONCE = 1_000;

  private static final long LEAST_MEMORY = 1 << 20;

  @HelpSection("Verdict")
  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = Values.Durations.class,
      description = "From spawn to ready (default: the worker's --init-timeout, 10s).")
  @Nullable Duration timeout;

  @Option(
      names = "--shutdown-timeout",
      paramLabel = "TIME",
      converter = Values.Durations.class,
      description = "To end when asked (default: the worker's --shutdown-timeout, 60s).")
  @Nullable Duration shutdownTimeout;

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "10",
      description = "Measured starts, after a first one that is shown apart.")
  int runs;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      defaultValue = "0",
      description = "More starts before them that do not count.")
  int warmUp;

  @Option(
      names = "--cold",
      paramLabel = "N",
      defaultValue = "0",
      description = "Starts with the agent's files out of the system's cache, shown apart.")
  int cold;

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      defaultValue = "1",
      split = ",",
      description = "How many at once; several numbers: a series each.")
  List<Integer> concurrency = List.of(1);

  @Option(
      names = "--prepare",
      paramLabel = "COMMAND",
      description = "A shell command before each start.")
  @Nullable String prepare;

  @HelpSection("Limits")
  @Option(
      names = "--cpus",
      paramLabel = "X",
      defaultValue = "0",
      description = "All its processes together get so many CPUs, such as 0.5; 0: no limit.")
  double cpus;

  @HelpSection("Limits")
  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      defaultValue = "off",
      converter = Values.SizeOrOff.class,
      description = "And so much memory.")
  OptionalLong memory = OptionalLong.empty();

  @Option(names = "--fail-fast", description = "Stop at the first start that fails.")
  boolean failFast;

  @Option(
      names = "--no-inside",
      description = "Do not ask the runtime's own instruments in a start of their own.")
  boolean noInside;

  /** Says which value is out of its range. */
  void check() {
    within("--runs", runs, 1, MOST_RUNS);
    within("--warmup", warmUp, 0, MOST_RUNS);
    within("--cold", cold, 0, MOST_RUNS);
    concurrency.forEach(each -> within("--concurrency", each, 1, MOST_AT_ONCE));
    if (timeout != null && timeout.isZero()) {
      throw new UsageException("--timeout is 0; it must be at least 1ms");
    }
    if (!(cpus >= 0) || cpus > 10_000) {
      throw new UsageException("--cpus is " + cpus + "; it must be a number of CPUs, such as 0.5");
    }
    if (memory.isPresent() && memory.getAsLong() > 0 && memory.getAsLong() < LEAST_MEMORY) {
      throw new UsageException(
          "--memory is %d bytes; no process starts in less than 1MiB"
              .formatted(memory.getAsLong()));
    }
  }

  private static void within(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new UsageException(
          "%s is %d; it must be from %d to %d".formatted(option, value, least, most));
    }
  }

  ProbePlan plan() {
    return new ProbePlan(
        runs,
        warmUp,
        cold,
        concurrency.stream().distinct().toList(),
        prepare,
        failFast,
        !noInside,
        new Limits(cpus, memory.orElse(0)));
  }
}
