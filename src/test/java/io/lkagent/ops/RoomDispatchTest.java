package io.lkagent.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lkagent.api.DispatchInfo;
import io.lkagent.api.JobInfo;
import io.lkagent.api.ParticipantInfo;
import io.lkagent.ops.RoomDispatch.Life;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whether a dispatch lives, by who is in the room and never by its job's state. */
final class RoomDispatchTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final String AGENT = "agent-1";

  @Test
  void agentInTheRoom_lives_whateverItsJobSays() {
    for (String status : List.of("PENDING", "RUNNING", "SUCCESS", "FAILED")) {
      assertEquals(Life.LIVE, judge(hour(status), List.of(agent(AGENT, true)), false));
    }
  }

  @Test
  void runningJobWithoutAgent_isStale_unlessItIsYoung() {
    assertEquals(Life.STALE, judge(hour("RUNNING"), List.of(), false));
    assertEquals(Life.STARTING, judge(at(Duration.ofSeconds(29), "RUNNING"), List.of(), false));
    assertEquals(Life.STALE, judge(at(Duration.ofSeconds(31), "RUNNING"), List.of(), false));
  }

  @Test
  void runningJobWithoutAgent_thatAWorkerIsKnownToServe_isStarting() {
    assertEquals(Life.STARTING, judge(hour("RUNNING"), List.of(), true));
  }

  @Test
  void noJob_isGivenSevenSeconds_forTheServersListLags() {
    assertEquals(Life.STARTING, judge(at(Duration.ofMillis(6_900)), List.of(), false));
    assertEquals(Life.STALE, judge(at(Duration.ofSeconds(7)), List.of(), false));
  }

  @Test
  void noJob_ofAServerWhoseClockIsAhead_isStarting() {
    assertEquals(Life.STARTING, judge(at(Duration.ofMinutes(-5)), List.of(), false));
  }

  @Test
  void endedJobWithoutAgent_isStale_howeverYoung() {
    assertEquals(Life.STALE, judge(at(Duration.ZERO, "FAILED"), List.of(), false));
    assertEquals(Life.STALE, judge(at(Duration.ZERO, "SUCCESS"), List.of(), false));
  }

  @Test
  void somebodyElseInTheRoom_provesNothing() {
    List<ParticipantInfo> others = List.of(agent("agent-2", true), human(AGENT));
    assertEquals(Life.STALE, judge(hour("RUNNING"), others, false));
  }

  @Test
  void agentThatIsStillConnecting_isStarting() {
    assertEquals(Life.STARTING, judge(hour("RUNNING"), List.of(agent(AGENT, false)), false));
  }

  private static Life judge(DispatchInfo info, List<ParticipantInfo> participants, boolean served) {
    return RoomDispatch.judge(info, participants, NOW, one -> served).life();
  }

  private static DispatchInfo hour(String status) {
    return at(Duration.ofHours(1), status);
  }

  private static DispatchInfo at(Duration age, String... statuses) {
    List<JobInfo> jobs =
        Stream.of(statuses)
            .map(status -> new JobInfo("AJ_1", status, "", "AW_1", AGENT, null, null))
            .toList();
    return new DispatchInfo("AD_1", "name", "room", "", NOW.minus(age), jobs);
  }

  private static ParticipantInfo agent(String identity, boolean active) {
    return new ParticipantInfo(
        identity, "PA_1", "", ParticipantInfo.Kind.AGENT, active, NOW, Map.of());
  }

  private static ParticipantInfo human(String identity) {
    return new ParticipantInfo(
        identity, "PA_2", "", ParticipantInfo.Kind.HUMAN, true, NOW, Map.of());
  }
}
