package io.lkagent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.api.ApiException;
import io.lkagent.api.Credentials;
import io.lkagent.api.JobInfo;
import io.lkagent.api.LiveKitApi;
import io.lkagent.api.ParticipantInfo;
import io.lkagent.json.Json;
import io.lkagent.json.JsonObject;
import io.lkagent.ops.DispatchRequest;
import io.lkagent.ops.DispatchResult;
import io.lkagent.ops.DispatchResult.Outcome;
import io.lkagent.ops.DispatchResult.Stage;
import io.lkagent.ops.WorkerStatus;
import io.lkagent.protocol.Endpoint;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every end of a dispatch, word for word. */
final class DispatchReportTest {
  private static final Endpoint SERVER = Endpoint.of("ws://livekit.test:7880");
  private static final JobInfo JOB =
      new JobInfo("AJ_1", "RUNNING", "", "AW_1", "agent-AJ_1", null, null);
  private static final Duration TEN = Duration.ofSeconds(10);

  @Test
  void everyOutcome_onRecord() throws Exception {
    StringBuilder all = new StringBuilder();
    for (var each : cases().entrySet()) {
      all.append("== ").append(each.getKey()).append('\n');
      all.append(printed(each.getValue(), Output.Form.TABLE));
    }
    for (String name : List.of("joined", "absent, built-in", "room missing")) {
      for (Output.Form form : List.of(Output.Form.WIDE, Output.Form.JSON, Output.Form.YAML)) {
        all.append("== ").append(name).append(", ").append(form).append('\n');
        all.append(printed(Objects.requireNonNull(cases().get(name)), form));
      }
    }
    Golden.check("output/dispatch.txt", all.toString());
  }

  @Test
  void problem_ofEveryOutcome_isOneLine_evenForARoomWithANewline() throws Exception {
    for (DispatchReport report : cases().values()) {
      assertTrue(report.problem().lines().count() <= 1, report.problem());
    }
  }

  @Test
  void apiFailures_haveTheirExitCodes() throws Exception {
    assertEquals(ExitCode.UNREACHABLE, DispatchReport.exitOf(unreachable()));
  }

  private static Map<String, DispatchReport> cases() throws Exception {
    WorkerStatus free = worker("registered", true, 1, "built-in", "AD_other");
    Map<String, DispatchReport> cases = new LinkedHashMap<>();
    cases.put("joined", report(joined(), "a", free));
    cases.put("requested", report(new Outcome.Requested(), "a", free));
    Outcome nobody = new Outcome.NobodyTookIt(TEN, true);
    cases.put("nobody, no worker known", report(nobody, "a"));
    cases.put("nobody, no name, no worker known", report(nobody, ""));
    cases.put("nobody, mistyped", report(nobody, "asistant", free));
    cases.put("nobody, no name, others have one", report(nobody, "", free));
    cases.put(
        "nobody, full",
        report(nobody, "assistant", worker("registered", false, 10, "built-in", "AD_other")));
    cases.put(
        "nobody, draining",
        report(nobody, "assistant", worker("draining", false, 1, "built-in", "AD_other")));
    cases.put(
        "nobody, overloaded",
        report(nobody, "assistant", worker("registered", false, 1, "built-in", "AD_other")));
    cases.put("nobody, although free", report(nobody, "assistant", free));
    cases.put("nobody, other server", report(nobody, "assistant", elsewhere()));
    cases.put(
        "nobody yet", report(new Outcome.NobodyTookIt(Duration.ofMillis(900), false), "a", free));
    Outcome absent = new Outcome.DidNotJoin(JOB, TEN);
    cases.put("absent, worker unknown", report(absent, "assistant"));
    cases.put(
        "absent, built-in",
        report(absent, "assistant", worker("registered", true, 1, "built-in", "AD_1")));
    cases.put(
        "absent, own agent",
        report(absent, "assistant", worker("registered", true, 1, "./agent", "AD_1")));
    cases.put("absent, ended", report(absent, "assistant", withEnded()));
    cases.put("room missing", report(new Outcome.RoomMissing(), "a"));
    cases.put("room ended", report(new Outcome.RoomEnded(null), "a"));
    cases.put("room ended with a job", report(new Outcome.RoomEnded(JOB), "a"));
    cases.put("no server", report(new Outcome.Failed(unreachable(), 3), "a"));
    return cases;
  }

  private static Outcome joined() {
    return new Outcome.Joined(
        new ParticipantInfo(
            "agent-AJ_1",
            "PA_1",
            "",
            ParticipantInfo.Kind.AGENT,
            true,
            Instant.parse("2026-01-01T00:00:00.123Z"),
            Map.of()),
        JOB);
  }

  private static ApiException unreachable() throws Exception {
    try (LiveKitApi api =
        new LiveKitApi(Endpoint.of("ws://127.0.0.1:1"), Credentials.of("k", "s"), TEN)) {
      api.rooms(List.of());
      throw new AssertionError("somebody listens on port 1");
    } catch (ApiException e) {
      return e;
    }
  }

  private static DispatchReport report(Outcome outcome, String agent, WorkerStatus... workers) {
    Map<Stage, Duration> stages =
        Map.of(
            Stage.LOOKED, Duration.ofMillis(12),
            Stage.REQUESTED, Duration.ofNanos(15_250_000),
            Stage.DONE, Duration.ofMillis(480));
    DispatchResult result =
        new DispatchResult(
            new DispatchRequest("room\n1", agent, TEN), true, "AD_1", false, 1, stages, outcome);
    return new DispatchReport(result, new Neighbours(List.of(workers), SERVER, agent));
  }

  private static WorkerStatus worker(
      String state, boolean available, int jobs, String agent, String dispatch) {
    return status(
        SERVER.webSocketUri().toString(),
        "state",
        state,
        "available",
        available,
        "active_jobs",
        (long) jobs,
        "max_jobs",
        10L,
        "agent",
        agent,
        "processes",
        List.of(Map.of("pid", 4711L, "state", "running", "dispatch_id", dispatch)));
  }

  private static WorkerStatus withEnded() {
    return status(
        SERVER.webSocketUri().toString(),
        "ended",
        List.of(
            Map.of(
                "pid",
                4711L,
                "dispatch_id",
                "AD_1",
                "reason",
                "crashed",
                "detail",
                "exit code 1")));
  }

  private static WorkerStatus elsewhere() {
    return status("wss://other.test", "state", "registered");
  }

  private static WorkerStatus status(String url, @Nullable Object... more) {
    Map<String, @Nullable Object> fields =
        Json.object("name", "host-1", "pid", 42L, "agent_name", "assistant", "url", url);
    fields.putAll(Json.object(more));
    return new WorkerStatus("here", new JsonObject(fields));
  }

  private static String printed(DispatchReport report, Output.Form form) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    report.print(
        form,
        new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of(),
            false));
    return out.toString(StandardCharsets.UTF_8)
        + err.toString(StandardCharsets.UTF_8)
        + "exit "
        + report.exit().code()
        + "\n";
  }
}
