package io.lkagent.cli;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How many processes, for how long, and how much they may use. */
final class LimitOptions {
  /** What the worker's load is counted from. */
  enum Load {
    JOBS,
    CPU,
    MEMORY
  }

  @Option(
      names = "--idle-processes",
      paramLabel = "N",
      description = "Warm processes (default min(CPUs, 4)).")
  @Nullable Integer idleProcesses;

  @Option(
      names = "--max-jobs",
      paramLabel = "N",
      defaultValue = "10",
      description = "Rooms at once.")
  int maxJobs;

  @Option(
      names = "--max-initializing",
      paramLabel = "N",
      description = "Processes that start at once (default min(CPUs, 4)).")
  @Nullable Integer maxInitializing;

  @Option(
      names = "--init-timeout",
      paramLabel = "TIME",
      defaultValue = "10s",
      converter = Values.Durations.class,
      description = "From spawn to ready.")
  Duration initTimeout = Duration.ZERO;

  @Option(
      names = "--shutdown-timeout",
      paramLabel = "TIME",
      defaultValue = "60s",
      converter = Values.Durations.class,
      description = "A process's own end, callbacks included.")
  Duration shutdownTimeout = Duration.ZERO;

  @Option(
      names = "--drain-timeout",
      paramLabel = "TIME",
      defaultValue = "600s",
      converter = Values.Durations.class,
      description = "For running jobs after SIGTERM.")
  Duration drainTimeout = Duration.ZERO;

  @Option(
      names = "--idle-timeout",
      paramLabel = "TIME",
      defaultValue = "300s",
      converter = Values.Durations.class,
      description = "A room so long without a human is left; 0: never.")
  Duration idleTimeout = Duration.ZERO;

  @Option(
      names = "--job-retries",
      paramLabel = "N",
      defaultValue = "3",
      description = "A job whose process fails before it runs gets another.")
  int jobRetries;

  @Option(
      names = "--max-retry",
      paramLabel = "N",
      defaultValue = "unlimited",
      converter = Values.TriesOrUnlimited.class,
      description = "Attempts to connect; spent: exit 3.")
  OptionalInt maxRetry = OptionalInt.empty();

  @Option(
      names = "--load",
      paramLabel = "KIND",
      defaultValue = "jobs",
      description = "Load by jobs, cpu or memory.")
  Load load = Load.JOBS;

  @Option(
      names = "--load-threshold",
      paramLabel = "X",
      defaultValue = "0.7",
      description = "The load that counts as full.")
  double loadThreshold;

  @Option(
      names = "--memory-warn",
      paramLabel = "SIZE",
      defaultValue = "512MB",
      converter = Values.SizeOrOff.class,
      description = "A process (PSS) above it is warned about.")
  OptionalLong memoryWarn = OptionalLong.empty();

  @Option(
      names = "--memory-limit",
      paramLabel = "SIZE",
      defaultValue = "off",
      converter = Values.SizeOrOff.class,
      description = "A process (PSS) above it is stopped.")
  OptionalLong memoryLimit = OptionalLong.empty();

  @Option(
      names = "--ping-interval",
      paramLabel = "TIME",
      defaultValue = "2500ms",
      converter = Values.Durations.class,
      description = "Between pings to a process.")
  Duration pingInterval = Duration.ZERO;

  @Option(
      names = "--ping-timeout",
      paramLabel = "TIME",
      defaultValue = "60s",
      converter = Values.Durations.class,
      description = "A process silent for so long is killed.")
  Duration pingTimeout = Duration.ZERO;

  int idleProcesses() {
    return idleProcesses != null ? idleProcesses : fewCpus();
  }

  int maxInitializing() {
    return maxInitializing != null ? maxInitializing : fewCpus();
  }

  private static int fewCpus() {
    return Math.min(Runtime.getRuntime().availableProcessors(), 4);
  }
}
