package io.lkagent.worker;

import io.lkagent.agents.AgentSource;
import io.lkagent.log.Level;
import io.lkagent.log.Log;
import io.lkagent.metrics.WorkerMetrics;
import io.lkagent.process.ExitStatus;
import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.StopCause;
import io.lkagent.supervise.StopReason;
import io.lkagent.supervise.Supervisor;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Puts a worker's event stream into its log and its metrics. */
final class NewsRecorder {
  private static final int MOST_LACKS = 100;

  private final Set<String> lacks = ConcurrentHashMap.newKeySet();
  private final AgentSource agent;
  private final WorkerMetrics metrics;
  private final Roster roster;
  private final Log log;

  NewsRecorder(AgentSource agent, WorkerMetrics metrics, Roster roster, Log log) {
    this.agent = agent;
    this.metrics = metrics;
    this.roster = roster;
    this.log = log;
  }

  void news(WorkerNews news) {
    switch (news) {
      case WorkerNews.Registered(String workerId, boolean again) -> {
        if (again) {
          metrics.reconnected();
        } else {
          metrics.registered();
        }
        log.info(again ? "registered again" : "registered", "worker_id", workerId);
      }
      case WorkerNews.Disconnected() -> metrics.disconnected();
      case WorkerNews.Refused(String jobId, String room, String reason) -> {
        metrics.refused(reason);
        log.info("refused a job", "job_id", jobId, "room_name", room, "reason", reason);
      }
      case WorkerNews.Accepted(String jobId, String room) ->
          log.debug("said yes to a job", "job_id", jobId, "room_name", room);
      case WorkerNews.AssignmentMissed(String jobId, String room) -> {
        metrics.assignmentTimedOut();
        log.warn("a job was accepted and never assigned", "job_id", jobId, "room_name", room);
      }
      case WorkerNews.Assigned(String jobId, String room, String dispatchId) ->
          log.info("assigned", "job_id", jobId, "room_name", room, "dispatch_id", dispatchId);
      case WorkerNews.Running(String jobId, String room, int child, Duration after) -> {
        metrics.entryPointReached(after);
        log.info(
            "the agent runs",
            "pid",
            roster.row(child).pid(),
            "job_id",
            jobId,
            "room_name",
            room,
            "after_assignment_ms",
            millis(after));
      }
      case WorkerNews.Retried(String jobId, String room, StopCause cause) ->
          log.warn(
              "a process ended before its job ran; trying another",
              "job_id",
              jobId,
              "room_name",
              room,
              "reason",
              cause.reason().text(),
              "detail",
              cause.detail());
      case WorkerNews.Ending(String jobId, String room, int child, StopCause cause) ->
          log.info(
              "ending a job",
              "pid",
              roster.row(child).pid(),
              "job_id",
              jobId,
              "room_name",
              room,
              "reason",
              cause.reason().text(),
              "detail",
              cause.detail());
      case WorkerNews.Ended ended -> ended(ended);
      case WorkerNews.Capacity(boolean available, int jobs) -> {
        if (!available) {
          metrics.becameFull();
        }
        log.info(available ? "takes jobs" : "takes no more jobs", "jobs", jobs);
      }
      case WorkerNews.Draining(int jobs) -> log.info("draining: no new jobs", "jobs", jobs);
      case WorkerNews.Stopping(int jobs) ->
          log.warn("the drain's time is over; asking every process to end", "jobs", jobs);
      case WorkerNews.Killing(int jobs) -> log.warn("killing every process", "jobs", jobs);
      case WorkerNews.Stopped(int killed, int left) ->
          log.info("stopped", "killed", killed, "left", left);
    }
  }

  private void ended(WorkerNews.Ended ended) {
    metrics.jobEnded(ended.success() ? "success" : "failed", ended.ran());
    Object[] fields = {
      "pid", roster.row(ended.child()).pid(),
      "job_id", ended.jobId(),
      "room_name", ended.room(),
      "reason", ended.cause().reason().text(),
      "detail", ended.cause().detail(),
      "ran_ms", millis(ended.ran())
    };
    if (ended.success()) {
      log.info("the job is over", fields);
    } else {
      log.error("the job failed", fields);
    }
  }

  void process(ProcessRow row, Supervisor child, ChildNews news) {
    switch (news) {
      case ChildNews.Ready(long nanos) -> {
        metrics.initialised(Duration.ofNanos(nanos));
        log.info("a process is ready", "pid", row.pid(), "init_ms", nanos / 1_000_000);
      }
      case ChildNews.Degraded(String component, String error) ->
          log.write(
              firstTime(component + ": " + error),
              "a process goes on without a component",
              null,
              "pid",
              row.pid(),
              "room_name",
              row.room(),
              "component",
              component,
              "error",
              error);
      case ChildNews.MemoryHigh(long bytes, long baseline, int readings) ->
          log.warn(
              "a process uses much memory (advisory)",
              "pid",
              row.pid(),
              "room_name",
              row.room(),
              "pss_mb",
              bytes / 1_000_000,
              "baseline_mb",
              baseline / 1_000_000,
              "readings",
              readings);
      case ChildNews.DidNotStop(StopCause cause) ->
          log.error(
              "a process does not end although it was killed",
              "pid",
              row.pid(),
              "reason",
              cause.reason().text());
      case ChildNews.Ended ended -> processEnded(row, child, ended);
      case ChildNews.PhaseEnded(var phase) ->
          log.debug(
              "an init component ended",
              "pid",
              row.pid(),
              "component",
              phase.name(),
              "ms",
              (phase.endNanos() - phase.startNanos()) / 1_000_000,
              "error",
              phase.error());
      case ChildNews.Spawned spawned -> {}
      case ChildNews.JobReturned returned -> {}
      case ChildNews.JobSent sent -> {}
      case ChildNews.JobRunning running -> {}
      case ChildNews.JobActivity activity -> {}
      case ChildNews.JobDone done -> {}
      case ChildNews.MemoryMeasured measured -> {}
      case ChildNews.Cleared cleared -> {}
    }
  }

  /** What every process lacks, or most of them, is worth one warning. */
  private Level firstTime(String lack) {
    // Errors that are never the same are not kept for ever.
    return lacks.size() >= MOST_LACKS || lacks.add(lack) ? Level.WARN : Level.INFO;
  }

  private void processEnded(ProcessRow row, Supervisor child, ChildNews.Ended ended) {
    StopCause cause = ended.cause();
    boolean failed = cause.reason().failure();
    boolean initialised = !row.initTime().isZero();
    if (failed && initialised) {
      metrics.processCrashed(cause.reason().text());
    } else if (failed) {
      metrics.initFailed(cause.reason().text(), child.age());
    }
    metrics.processEnded(child.age(), row.messages());
    Object[] fields = {
      "pid", row.pid() == 0 ? null : row.pid(),
      "room_name", row.room().isEmpty() ? null : row.room(),
      "job_id", row.jobId().isEmpty() ? null : row.jobId(),
      "reason", cause.reason().text(),
      "detail", cause.detail(),
      "exit", ended.exit() == null ? null : ended.exit().words(),
      "last_output", failed ? child.lastOutput() : null,
      "hint", failed ? hint(ended) : null
    };
    if (failed) {
      log.error(initialised ? "a process failed" : "a process did not start", fields);
    } else {
      log.info("a process ended", fields);
    }
  }

  /** What a library does that does not survive a fork: it waits for ever, or breaks the process. */
  private @Nullable String hint(ChildNews.Ended ended) {
    boolean forked = agent instanceof AgentSource.App(_, _, boolean from) && from;
    boolean stuck = ended.cause().reason() == StopReason.INIT_TIMEOUT;
    boolean broken =
        ended.exit() instanceof ExitStatus.Signalled(_, String name)
            && !Set.of("KILL", "TERM", "INT", "HUP").contains(name);
    return forked && (stuck || broken)
        ? "if a library of the app does not survive being forked, start with --no-fork"
        : null;
  }

  private static double millis(Duration duration) {
    return Math.round(duration.toNanos() / 10_000.0) / 100.0;
  }
}
