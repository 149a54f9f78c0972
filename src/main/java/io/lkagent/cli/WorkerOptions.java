package io.lkagent.cli;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/** All settings of one worker, as flags, environment, file and defaults left them. */
final class WorkerOptions {
  @Mixin ServerOptions server = new ServerOptions();
  @Mixin JobOptions job = new JobOptions();
  @Mixin AppChoice app = new AppChoice();
  @Mixin LimitOptions limits = new LimitOptions();
  @Mixin ListenOptions listen = new ListenOptions();
  @Mixin LogOptions log = new LogOptions();

  /** Says which value is out of its range, or which two do not go together. */
  void check() {
    within("--idle-processes", limits.idleProcesses(), 0, 10_000);
    within("--max-jobs", limits.maxJobs, 1, 10_000);
    within("--max-initializing", limits.maxInitializing(), 1, 1_000);
    within("--job-retries", limits.jobRetries, 0, 100);
    within("--max-retry", limits.maxRetry.orElse(0), 0, Integer.MAX_VALUE);
    within("--port", listen.port, 0, 65_535);
    positive("--init-timeout", limits.initTimeout);
    positive("--shutdown-timeout", limits.shutdownTimeout);
    positive("--ping-interval", limits.pingInterval);
    positive("--ping-timeout", limits.pingTimeout);
    if (!(limits.loadThreshold > 0 && limits.loadThreshold <= 1)) {
      throw new UsageException(
          "--load-threshold is " + limits.loadThreshold + "; it must be above 0 and at most 1");
    }
    oneAgent();
    if (limits.pingTimeout.compareTo(limits.pingInterval) <= 0) {
      throw new UsageException(
          "--ping-timeout is not longer than --ping-interval; no process could answer in time");
    }
  }

  private void oneAgent() {
    Map<String, @Nullable String> ways = new LinkedHashMap<>();
    ways.put("--agent", job.agent);
    ways.put("--exec", job.exec);
    ways.put("--python", app.python);
    ways.put("--node", app.node);
    ways.values().removeIf(Objects::isNull);
    if (ways.size() > 1) {
      throw new UsageException(
          String.join(" and ", ways.keySet().stream().limit(2).toList())
              + " are both given; choose one");
    }
    app.check();
  }

  private static void within(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new UsageException(
          "%s is %d; it must be from %d to %d".formatted(option, value, least, most));
    }
  }

  private static void positive(String option, Duration value) {
    if (value.isZero()) {
      throw new UsageException(option + " is 0; it must be at least 1ms");
    }
  }
}
