package io.lkagent.cli;

import io.lkagent.api.ApiException;
import io.lkagent.api.JobInfo;
import io.lkagent.api.ParticipantInfo;
import io.lkagent.cli.Neighbours.Serving;
import io.lkagent.json.Json;
import io.lkagent.ops.DispatchResult;
import io.lkagent.ops.DispatchResult.Outcome;
import io.lkagent.ops.DispatchResult.Stage;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What became of a dispatch, in words, as JSON and as an exit code; see src/docs/OUTPUT.md. */
final class DispatchReport {
  static final int SCHEMA = 1;
  private static final String BUILT_IN = "built-in";

  private final DispatchResult result;
  private final Neighbours neighbours;

  DispatchReport(DispatchResult result, Neighbours neighbours) {
    this.result = result;
    this.neighbours = neighbours;
  }

  ExitCode exit() {
    return switch (result.outcome()) {
      case Outcome.Joined joined -> ExitCode.DONE;
      case Outcome.Requested requested -> ExitCode.DONE;
      case Outcome.NobodyTookIt nobody -> ExitCode.NOBODY_TOOK_IT;
      case Outcome.DidNotJoin absent -> ExitCode.DID_NOT_JOIN;
      case Outcome.RoomMissing missing -> ExitCode.VERDICT_NO;
      case Outcome.RoomEnded(JobInfo job) ->
          job == null ? ExitCode.NOBODY_TOOK_IT : ExitCode.DID_NOT_JOIN;
      case Outcome.Failed(ApiException cause, int _) -> exitOf(cause);
    };
  }

  static ExitCode exitOf(ApiException failure) {
    return switch (failure) {
      case ApiException.Unauthorized e -> ExitCode.REFUSED;
      case ApiException.Unreachable e -> ExitCode.UNREACHABLE;
      case ApiException.Timeout e -> ExitCode.UNREACHABLE;
      case ApiException.NotFound e -> ExitCode.VERDICT_NO;
      case ApiException.Other e -> e.status() >= 500 ? ExitCode.UNREACHABLE : ExitCode.USAGE;
    };
  }

  void print(Output.Form form, Console console) {
    if (Output.isStructured(form)) {
      console.result(Output.structured(form, json()));
    } else if (exit() == ExitCode.DONE) {
      table(form == Output.Form.WIDE)
          .lines(form == Output.Form.WIDE ? Integer.MAX_VALUE : Table.SCREEN)
          .forEach(console::result);
    }
    String problem = problem();
    if (!problem.isEmpty()) {
      console.error(problem);
    }
  }

  private Table table(boolean wide) {
    Table table =
        wide
            ? new Table(
                "ROOM", "AGENT", "STATE", "DISPATCH", "NEW", "AFTER", "JOB", "WORKER", "IDENTITY")
            : new Table("ROOM", "AGENT", "STATE", "DISPATCH", "NEW", "AFTER");
    String room = result.request().room();
    String agent = result.request().agentName().isEmpty() ? "-" : result.request().agentName();
    String fresh = result.roomCreated() ? "room" : result.reused() ? "-" : "dispatch";
    String after = Shown.time(result.stages().getOrDefault(Stage.DONE, Duration.ZERO));
    if (!wide) {
      table.row(room, agent, word(), result.dispatchId(), fresh, after);
    } else if (result.outcome() instanceof Outcome.Joined(ParticipantInfo there, JobInfo job)) {
      table.row(
          room,
          agent,
          word(),
          result.dispatchId(),
          fresh,
          after,
          job == null ? "-" : job.id(),
          job == null ? "-" : job.workerId(),
          there.identity());
    } else {
      table.row(room, agent, word(), result.dispatchId(), fresh, after, "-", "-", "-");
    }
    return table;
  }

  private String word() {
    return switch (result.outcome()) {
      case Outcome.Joined joined -> "joined";
      case Outcome.Requested requested -> "requested";
      case Outcome.NobodyTookIt nobody -> "nobody_took_it";
      case Outcome.DidNotJoin absent -> "did_not_join";
      case Outcome.RoomMissing missing -> "room_missing";
      case Outcome.RoomEnded ended -> "room_ended";
      case Outcome.Failed failed -> "failed";
    };
  }

  /** What went wrong and what to do, on one line; empty when all is well. */
  String problem() {
    String room = Shown.quoted(result.request().room());
    return switch (result.outcome()) {
      case Outcome.Joined joined -> "";
      case Outcome.Requested requested -> "";
      case Outcome.NobodyTookIt(Duration waited, boolean withdrawn) ->
          "nobody took the job within "
              + Shown.time(waited)
              + (withdrawn ? "" : " (dispatch " + result.dispatchId() + " stays)")
              + ": "
              + neighbours.reason();
      case Outcome.DidNotJoin(JobInfo job, Duration waited) -> absent(job, waited);
      case Outcome.RoomMissing missing ->
          "room "
              + room
              + " does not exist: check its name, or leave out --no-create-room to make it";
      case Outcome.RoomEnded(JobInfo job) ->
          "room "
              + room
              + " was closed before the agent had joined"
              + (job == null ? "" : " (job " + job.id() + ")")
              + "; dispatch again if it is still wanted";
      case Outcome.Failed(ApiException cause, int tries) ->
          cause.getMessage() + (tries > 1 ? " (tried " + tries + " times)" : "");
    };
  }

  private String absent(JobInfo job, Duration waited) {
    String head =
        "the job is assigned, but its agent did not join within " + Shown.time(waited) + ": ";
    String id = result.dispatchId();
    Serving serving = neighbours.serving(id);
    if (serving != null) {
      boolean builtIn = serving.worker().fields().string("agent", "").equals(BUILT_IN);
      return head
          + "it runs as pid %d under worker %s (pid %d)"
              .formatted(serving.pid(), serving.worker().name(), serving.worker().pid())
          + (builtIn
              ? "; the built-in agent has no media and joins rooms of the dev server only"
              : "; see its log, or wait longer with --wait")
          + " (dispatch "
          + id
          + ")";
    }
    Serving ended = neighbours.served(id);
    if (ended != null) {
      return head
          + "its process (pid %d, worker %s) ended: %s"
              .formatted(
                  ended.pid(),
                  ended.worker().name(),
                  ended.process().string("reason", "")
                      + ended
                          .process()
                          .string("detail", "")
                          .transform(detail -> detail.isEmpty() ? "" : " (" + detail + ")"))
          + "; the worker's log says more";
    }
    return head
        + (job.error().isEmpty() ? "" : "\"" + job.error() + "\"; ")
        + "look for dispatch "
        + id
        + " in the log of worker "
        + job.workerId()
        + ", or wait longer with --wait";
  }

  private Map<String, @Nullable Object> json() {
    Outcome outcome = result.outcome();
    @Nullable JobInfo job =
        switch (outcome) {
          case Outcome.Joined(ParticipantInfo _, JobInfo its) -> its;
          case Outcome.DidNotJoin(JobInfo its, Duration _) -> its;
          case Outcome.RoomEnded(JobInfo its) -> its;
          case Outcome.Requested _,
              Outcome.NobodyTookIt _,
              Outcome.RoomMissing _,
              Outcome.Failed _ ->
              null;
        };
    Map<String, @Nullable Object> stages = new LinkedHashMap<>();
    result
        .stages()
        .forEach((stage, at) ->
            stages.put(
                stage.name().toLowerCase(Locale.ROOT), Math.round(at.toNanos() / 1e4) / 100.0));
    String problem = problem();
    Map<String, @Nullable Object> all =
        Json.object(
            "schema_version", SCHEMA,
            "outcome", word(),
            "exit_code", exit().code(),
            "room", result.request().room(),
            "room_created", result.roomCreated(),
            "agent_name", result.request().agentName(),
            "dispatch_id", result.dispatchId().isEmpty() ? null : result.dispatchId(),
            "reused", result.reused(),
            "requests", result.requests());
    all.putAll(
        Json.object(
            "job", job == null ? null : job(job),
            "agent", outcome instanceof Outcome.Joined joined ? agent(joined.agent()) : null,
            "process", process(),
            "stages_ms", stages,
            "error", problem.isEmpty() ? null : problem));
    return all;
  }

  private @Nullable Map<String, @Nullable Object> process() {
    Serving serving = neighbours.serving(result.dispatchId());
    return serving == null
        ? null
        : Json.object(
            "pid", serving.pid(),
            "state", serving.process().string("state", ""),
            "worker", serving.worker().name(),
            "worker_pid", serving.worker().pid());
  }

  static Map<String, @Nullable Object> job(JobInfo job) {
    return Json.object(
        "id", job.id(),
        "status", job.status().toLowerCase(Locale.ROOT),
        "worker_id", job.workerId(),
        "error", job.error().isEmpty() ? null : job.error());
  }

  static Map<String, @Nullable Object> agent(ParticipantInfo agent) {
    return Json.object(
        "identity", agent.identity(),
        "sid", agent.sid(),
        "joined_at", agent.joinedAt().truncatedTo(ChronoUnit.MILLIS).toString());
  }
}
