package io.lkagent.worker;

import io.lkagent.http.Health;
import io.lkagent.json.Json;
import io.lkagent.process.ProcessMemory;
import io.lkagent.process.ProcessTable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a worker says of itself to {@code lkagent status} and {@code lkagent dispatch}, over its
 * socket and at {@code /status}; src/docs/OUTPUT.md describes it.
 */
final class StatusReport {
  private static final int SCHEMA = 1;

  private final Worker worker;
  private volatile int port;

  StatusReport(Worker worker) {
    this.worker = worker;
  }

  void listensOn(int opened) {
    port = opened;
  }

  /** Everything; rooms, jobs and dispatches only when {@code names} may be told. */
  Map<String, @Nullable Object> all(boolean names) {
    WorkerSettings settings = worker.settings();
    Health health = worker.health();
    boolean healthy = health.state().healthy();
    Map<String, @Nullable Object> all =
        Json.object(
            "schema_version",
            SCHEMA,
            "ok",
            true,
            "name",
            settings.name(),
            "pid",
            ProcessHandle.current().pid(),
            "version",
            Version.TEXT,
            "port",
            port,
            "url",
            settings.endpoint().webSocketUri().toString(),
            "agent_name",
            settings.agentName(),
            "agent",
            names ? settings.agent().words() : null,
            "worker_id",
            worker.serversName(),
            "state",
            health.state().word(),
            "healthy",
            healthy);
    all.putAll(
        Json.object(
            "error",
            healthy ? null : health.error() == null ? health.state().sentence() : health.error(),
            "available",
            worker.available(),
            "load",
            worker.load(),
            "active_jobs",
            health.activeJobs(),
            "max_jobs",
            settings.pool().maxJobs(),
            "uptime_ms",
            worker.age().toMillis(),
            "pss_bytes",
            ownMemory(),
            "processes",
            processes(names),
            "ended",
            ended(names)));
    return all;
  }

  private static @Nullable Long ownMemory() {
    long pid = ProcessHandle.current().pid();
    OptionalLong started = new ProcessTable().startTicks(pid);
    OptionalLong pss =
        started.isEmpty() ? started : new ProcessMemory().pss(pid, started.getAsLong());
    return pss.isEmpty() ? null : pss.getAsLong();
  }

  /** The processes that are there. */
  List<Map<String, @Nullable Object>> processes(boolean names) {
    return worker.roster().aged().stream()
        .filter(aged -> !aged.row().state().equals("ended"))
        .map(aged -> {
          Map<String, @Nullable Object> row = row(aged.row(), names);
          row.put("age_ms", aged.age().toMillis());
          if (!aged.row().jobId().isEmpty()) {
            row.put("served_ms", aged.served().toMillis());
          }
          return row;
        })
        .toList();
  }

  private List<Map<String, @Nullable Object>> ended(boolean names) {
    return worker.roster().past().stream()
        .map(past -> {
          Map<String, @Nullable Object> row = row(past.row(), names);
          row.put("reason", past.cause().reason().text());
          row.put("failed", past.cause().reason().failure());
          // Its words may hold a room's name, or an agent's own.
          if (names && !past.cause().detail().isEmpty()) {
            row.put("detail", past.cause().detail());
          }
          row.put("ended_ms_ago", past.ago().toMillis());
          return row;
        })
        .toList();
  }

  private static Map<String, @Nullable Object> row(ProcessRow row, boolean names) {
    boolean told = names && !row.jobId().isEmpty();
    return Json.object(
        "pid", row.pid(),
        "state", row.state(),
        "room_name", told ? row.room() : null,
        "job_id", told ? row.jobId() : null,
        "dispatch_id", told ? row.dispatchId() : null,
        "init_ms", millis(row.initTime()),
        "entry_ms", millis(row.latency()),
        "pss_bytes", known(row.pss()),
        "baseline_bytes", known(row.baseline()),
        "participants", row.jobId().isEmpty() ? null : row.participants(),
        "messages", row.jobId().isEmpty() ? null : row.messages());
  }

  private static @Nullable Double millis(Duration duration) {
    return duration.isZero() ? null : Math.round(duration.toNanos() / 10_000.0) / 100.0;
  }

  private static @Nullable Long known(long bytes) {
    return bytes == 0 ? null : bytes;
  }
}
