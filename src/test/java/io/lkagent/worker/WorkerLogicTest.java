package io.lkagent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.frameworks.Answer;
import io.lkagent.ipc.JobStart;
import io.lkagent.lifecycle.Machine;
import io.lkagent.process.ExitStatus;
import io.lkagent.protocol.JobOffer;
import io.lkagent.protocol.RoomRef;
import io.lkagent.protocol.ServerSignal;
import io.lkagent.protocol.WorkerSignal;
import io.lkagent.protocol.WorkerSignal.JobResult;
import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.StopCause;
import io.lkagent.supervise.StopReason;
import io.lkagent.worker.WorkerState.Phase;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The worker's decisions, without a server, a process or a clock. */
final class WorkerLogicTest {
  private static final WorkerRules RULES =
      new WorkerRules(
          2,
          true,
          0.7f,
          Duration.ofMillis(7500),
          Duration.ofSeconds(600),
          Duration.ofSeconds(60),
          Duration.ofSeconds(300));

  private WorkerLogic logic = new WorkerLogic(RULES);
  private WorkerState state = WorkerState.initial();
  private long now = 1_000;
  private List<WorkerAction> last = List.of();

  private void on(WorkerEvent event) {
    Machine.Step<WorkerState, WorkerAction> step = logic.next(state, event, now);
    state = step.state();
    last = step.actions();
  }

  private void after(Duration time) {
    now += time.toNanos();
    on(new WorkerEvent.Tick());
  }

  private static JobOffer offer(String id, String room, String sid) {
    return new JobOffer(
        id,
        "AD_1",
        "agent",
        "",
        Map.of(),
        new RoomRef(room, sid, ""),
        "JT_ROOM",
        ByteBuffer.wrap(new byte[] {1, 2}));
  }

  private void up() {
    on(new WorkerEvent.LinkUp("AW_1", false));
  }

  private void asked(String id, String room, String sid) {
    on(
        new WorkerEvent.Signal(
            new ServerSignal.AvailabilityAsked(offer(id, room, sid), false), "ws://s", 1_700));
  }

  private void assigned(String id, String room, String sid) {
    on(
        new WorkerEvent.Signal(
            new ServerSignal.Assigned(offer(id, room, sid), null, "token"), "ws://s", 1_900));
  }

  private JobStart running(String id, String room, String sid, int child) {
    asked(id, room, sid);
    assigned(id, room, sid);
    JobStart job = placed();
    on(new WorkerEvent.ChildSaid(child, new ChildNews.Ready(1)));
    on(new WorkerEvent.ChildSaid(child, new ChildNews.JobSent(job)));
    on(new WorkerEvent.ChildSaid(child, new ChildNews.JobRunning(job)));
    return job;
  }

  /** How far J1 is. */
  private JobEntry.Stage stage() {
    JobEntry job = state.jobs().get("J1");
    if (job == null) {
      throw new AssertionError("J1 is over: " + last);
    }
    return job.stage();
  }

  private JobStart placed() {
    return only(WorkerAction.Place.class).job();
  }

  private <T extends WorkerAction> T only(Class<T> type) {
    List<T> found = last.stream().filter(type::isInstance).map(type::cast).toList();
    assertEquals(1, found.size(), () -> type.getSimpleName() + " in " + last);
    return found.getFirst();
  }

  private List<WorkerSignal> said() {
    return last.stream()
        .filter(WorkerAction.Say.class::isInstance)
        .map(action -> ((WorkerAction.Say) action).signal())
        .toList();
  }

  private <T> List<T> told(Class<T> type) {
    return last.stream()
        .filter(WorkerAction.Tell.class::isInstance)
        .map(action -> ((WorkerAction.Tell) action).news())
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  private boolean says(Class<? extends WorkerSignal> type) {
    return said().stream().anyMatch(type::isInstance);
  }

  @Test
  void availability_hundredAtOnceWithOneSlot_oneIsAccepted() {
    logic =
        new WorkerLogic(
            new WorkerRules(
                1,
                true,
                0.7f,
                RULES.assignmentTimeout(),
                RULES.drainTimeout(),
                RULES.shutdownTimeout(),
                RULES.idleTimeout()));
    up();
    int accepted = 0;
    int declined = 0;
    for (int i = 0; i < 100; i++) {
      asked("J" + i, "room" + i, "RM_" + i);
      accepted += says(WorkerSignal.Accept.class) ? 1 : 0;
      declined += says(WorkerSignal.Decline.class) ? 1 : 0;
    }
    assertEquals(1, accepted);
    assertEquals(99, declined);
  }

  @Test
  void availability_lastSlotTaken_fullIsSaidBeforeTheYes() {
    up();
    asked("J1", "a", "RM_a");
    asked("J2", "b", "RM_b");
    WorkerSignal.UpdateWorker status =
        assertInstanceOf(WorkerSignal.UpdateWorker.class, said().getFirst());
    assertFalse(status.available());
    assertInstanceOf(WorkerSignal.Accept.class, said().getLast());
  }

  @Test
  void availability_occupiedRoom_isTerminated() {
    up();
    running("J1", "a", "RM_a", 1);
    asked("J2", "a", "RM_a");
    assertTrue(says(WorkerSignal.Terminate.class));
    assertEquals("room-occupied", told(WorkerNews.Refused.class).getFirst().reason());
    assertEquals(1, state.jobs().size());
  }

  @Test
  void availability_knownJob_isTerminated() {
    up();
    running("J1", "a", "RM_a", 1);
    asked("J1", "a", "RM_a");
    assertTrue(says(WorkerSignal.Terminate.class));
  }

  @Test
  void availability_sameNameWithAnotherSid_endsTheOldProcessAndTakesTheJob() {
    up();
    running("J1", "a", "RM_old", 7);
    asked("J2", "a", "RM_new");
    assertTrue(says(WorkerSignal.Accept.class));
    WorkerAction.SayThenStop stop = only(WorkerAction.SayThenStop.class);
    assertEquals(7, stop.child());
    assertEquals(StopReason.ROOM_CLOSED, stop.cause().reason());
  }

  @Test
  void availability_poolUnfit_isDeclinedAndTheWorkerIsFull() {
    up();
    on(new WorkerEvent.PoolFit(false));
    assertFalse(((WorkerSignal.UpdateWorker) said().getFirst()).available());
    asked("J1", "a", "RM_a");
    assertTrue(says(WorkerSignal.Decline.class));
    on(new WorkerEvent.PoolFit(true));
    assertTrue(((WorkerSignal.UpdateWorker) said().getFirst()).available());
  }

  @Test
  void assignment_neverComes_givesTheSlotBack() {
    up();
    asked("J1", "a", "RM_a");
    after(Duration.ofMillis(7400));
    assertEquals(1, state.jobs().size());
    after(Duration.ofMillis(200));
    assertEquals(0, state.jobs().size());
    assertEquals(1, told(WorkerNews.AssignmentMissed.class).size());
    assigned("J1", "a", "RM_a");
    assertTrue(
        said()
            .contains(
                new WorkerSignal.UpdateJob(
                    "J1", JobResult.FAILED, "assigned too late, or never accepted")));
  }

  @Test
  void load_byJobs_staysUnderTheServersTarget() {
    up();
    assertEquals(0f, logic.status(state).load());
    asked("J1", "a", "RM_a");
    assertTrue(logic.status(state).load() > 0.3f);
    asked("J2", "b", "RM_b");
    assertTrue(logic.status(state).load() < 0.7f);
  }

  @Test
  void done_isToldToTheServerBeforeTheProcessIsReleased() {
    up();
    JobStart job = running("J1", "a", "RM_a", 3);
    on(new WorkerEvent.ChildSaid(3, new ChildNews.JobDone(job, true, "said goodbye")));
    WorkerAction.SayThenStop stop = only(WorkerAction.SayThenStop.class);
    assertEquals(new WorkerSignal.UpdateJob("J1", JobResult.SUCCESS, ""), stop.signal());
    assertEquals(StopReason.JOB_DONE, stop.cause().reason());
    ended(job, 3, StopReason.JOB_DONE, new ExitStatus.Exited(0), true);
    assertFalse(says(WorkerSignal.UpdateJob.class));
    assertTrue(told(WorkerNews.Ended.class).getFirst().success());
    assertEquals(0, state.jobs().size());
  }

  private void ended(JobStart job, int child, StopReason reason, ExitStatus exit, boolean ran) {
    on(
        new WorkerEvent.ChildSaid(
            child, new ChildNews.Ended(new StopCause(reason, "why"), exit, job, ran)));
  }

  @Test
  void crash_whileRunning_failsTheJobWithItsCause() {
    up();
    JobStart job = running("J1", "a", "RM_a", 3);
    ended(job, 3, StopReason.CRASHED, ExitStatus.ofSignal(11), true);
    assertTrue(said().contains(new WorkerSignal.UpdateJob("J1", JobResult.FAILED, "crashed: why")));
    assertFalse(told(WorkerNews.Ended.class).getFirst().success());
  }

  @Test
  void crash_beforeRunning_keepsTheJobForAnotherProcess() {
    up();
    asked("J1", "a", "RM_a");
    assigned("J1", "a", "RM_a");
    JobStart job = placed();
    on(new WorkerEvent.ChildSaid(1, new ChildNews.JobSent(job)));
    ended(job, 1, StopReason.CRASHED, ExitStatus.ofSignal(9), false);
    assertEquals(1, told(WorkerNews.Retried.class).size());
    assertEquals(1, state.jobs().size());
    on(new WorkerEvent.ChildSaid(2, new ChildNews.JobSent(job.retried())));
    on(new WorkerEvent.ChildSaid(2, new ChildNews.JobRunning(job.retried())));
    assertEquals(1, told(WorkerNews.Running.class).size());
  }

  @Test
  void termination_endsThatJobOnly() {
    up();
    running("J1", "a", "RM_a", 1);
    running("J2", "b", "RM_b", 2);
    on(new WorkerEvent.Signal(new ServerSignal.Terminated("J1"), "ws://s", 0));
    assertEquals(1, only(WorkerAction.SayThenStop.class).child());
    on(new WorkerEvent.Signal(new ServerSignal.Terminated("J1"), "ws://s", 0));
    assertTrue(last.isEmpty(), () -> "the second termination did " + last);
  }

  @Test
  void linkDown_keepsRunningJobsAndForgetsPromises() {
    up();
    running("J1", "a", "RM_a", 1);
    asked("J2", "b", "RM_b");
    on(new WorkerEvent.LinkDown());
    assertEquals(Set.of("J1"), state.jobs().keySet());
    up();
    assertEquals(1, ((WorkerSignal.UpdateWorker) said().getFirst()).jobs());
  }

  private void listed(Map<String, WorkerEvent.ListedRoom> found) {
    on(new WorkerEvent.RoomsListed(Set.of("a"), found));
  }

  @Test
  void room_missingFromTwoLists_endsItsJob() {
    up();
    running("J1", "a", "RM_a", 1);
    listed(Map.of());
    assertTrue(last.isEmpty());
    listed(Map.of("a", new WorkerEvent.ListedRoom("RM_a", 0)));
    listed(Map.of());
    assertTrue(last.isEmpty());
    listed(Map.of());
    assertEquals(StopReason.ROOM_CLOSED, only(WorkerAction.SayThenStop.class).cause().reason());
  }

  @Test
  void room_missingRightAfterAReconnect_endsNothing() {
    up();
    running("J1", "a", "RM_a", 1);
    on(new WorkerEvent.LinkDown());
    listed(Map.of());
    listed(Map.of());
    up();
    listed(Map.of());
    listed(Map.of());
    assertEquals(JobEntry.Stage.RUNNING, stage());
    now += Duration.ofSeconds(11).toNanos();
    listed(Map.of());
    listed(Map.of());
    assertEquals(JobEntry.Stage.ENDING, stage());
  }

  @Test
  void idleTimeout_countsFromTheLastHumanAndOnlyWhileThatIsKnown() {
    up();
    JobStart job = running("J1", "a", "RM_a", 1);
    after(Duration.ofSeconds(1000));
    assertEquals(JobEntry.Stage.RUNNING, stage());
    listed(Map.of("a", new WorkerEvent.ListedRoom("RM_a", 1)));
    after(Duration.ofSeconds(1000));
    assertEquals(JobEntry.Stage.RUNNING, stage());
    listed(Map.of("a", new WorkerEvent.ListedRoom("RM_a", 0)));
    now += Duration.ofSeconds(299).toNanos();
    on(new WorkerEvent.ChildSaid(1, new ChildNews.JobActivity(job, 1, 0)));
    after(Duration.ofSeconds(2));
    assertEquals(JobEntry.Stage.RUNNING, stage());
    on(new WorkerEvent.ChildSaid(1, new ChildNews.JobActivity(job, 0, 0)));
    now += Duration.ofSeconds(299).toNanos();
    listed(Map.of("a", new WorkerEvent.ListedRoom("RM_a", 0)));
    after(Duration.ofSeconds(2));
    assertEquals(StopReason.IDLE_TIMEOUT, only(WorkerAction.SayThenStop.class).cause().reason());
  }

  @Test
  void idleTimeout_withoutFreshWordOfTheRoom_leavesNobodyAlone() {
    up();
    running("J1", "a", "RM_a", 1);
    listed(Map.of("a", new WorkerEvent.ListedRoom("RM_a", 0)));
    after(Duration.ofSeconds(400));
    assertEquals(JobEntry.Stage.RUNNING, stage());
  }

  @Test
  void drain_saysFullKeepsJobsAndEndsWhenTheyAreDone() {
    up();
    JobStart job = running("J1", "a", "RM_a", 1);
    on(new WorkerEvent.Drain());
    assertFalse(((WorkerSignal.UpdateWorker) said().getFirst()).available());
    only(WorkerAction.ClosePool.class);
    asked("J2", "b", "RM_b");
    assertTrue(says(WorkerSignal.Decline.class));
    on(new WorkerEvent.PoolEmpty());
    assertEquals(Phase.DRAINING, state.phase());
    ended(job, 1, StopReason.ROOM_CLOSED, new ExitStatus.Exited(0), true);
    on(new WorkerEvent.PoolEmpty());
    assertEquals(Phase.ENDED, state.phase());
    assertEquals(List.of(new WorkerNews.Stopped(0, 0)), told(WorkerNews.Stopped.class));
  }

  @Test
  void drain_outOfTime_asksEveryJobToEndThenKills() {
    up();
    running("J1", "a", "RM_a", 1);
    on(new WorkerEvent.Drain());
    after(Duration.ofSeconds(601));
    assertEquals(StopReason.DRAINED, only(WorkerAction.SayThenStop.class).cause().reason());
    assertEquals(Phase.STOPPING, state.phase());
    after(Duration.ofSeconds(100));
    only(WorkerAction.KillAll.class);
    after(Duration.ofSeconds(20));
    assertEquals(Phase.ENDED, state.phase());
    assertEquals(1, told(WorkerNews.Stopped.class).getFirst().left());
  }

  @Test
  void drain_askedTwice_killsAtOnceAndCountsIt() {
    up();
    JobStart job = running("J1", "a", "RM_a", 1);
    on(new WorkerEvent.Drain());
    on(new WorkerEvent.Drain());
    only(WorkerAction.KillAll.class);
    ended(job, 1, StopReason.FORCED, ExitStatus.ofSignal(9), true);
    on(new WorkerEvent.PoolEmpty());
    assertEquals(List.of(new WorkerNews.Stopped(1, 0)), told(WorkerNews.Stopped.class));
  }

  @Test
  void drain_killsAProcessThatWasJustBeingStarted_countsNone() {
    on(new WorkerEvent.Drain());
    on(
        new WorkerEvent.ChildSaid(
            4,
            new ChildNews.Ended(
                StopCause.of(StopReason.NOT_NEEDED), ExitStatus.ofSignal(9), null, false)));
    on(new WorkerEvent.PoolEmpty());
    assertEquals(List.of(new WorkerNews.Stopped(0, 0)), told(WorkerNews.Stopped.class));
  }

  @Test
  void force_withAJobThatIsReturned_startsNoOtherProcess() {
    up();
    asked("J1", "a", "RM_a");
    assigned("J1", "a", "RM_a");
    JobStart job = placed();
    on(new WorkerEvent.Force());
    on(
        new WorkerEvent.ChildSaid(
            1, new ChildNews.JobReturned(job, StopCause.of(StopReason.FORCED))));
    only(WorkerAction.Unplace.class);
    assertEquals(0, state.jobs().size());
  }

  private void app(WorkerRules.App kind) {
    logic = new WorkerLogic(RULES.with(kind));
    up();
  }

  private void answered(String id, Answer answer) {
    on(new WorkerEvent.AppAnswered(id, answer, 1_800));
  }

  private static Answer yes(String identity) {
    return new Answer.Yes(identity, "Ann", "{}", Map.of("k", "v"));
  }

  private String refusal() {
    return told(WorkerNews.Refused.class).getFirst().reason();
  }

  @Test
  void app_withoutRequestFunction_isToldWhatItsFrameworkNeeds() {
    app(WorkerRules.App.PLAIN);
    asked("J1", "a", "RM_a");
    assertEquals(
        new WorkerSignal.Accept("J1", "agent-J1", "", "", Map.of("lk.agent.name", "agent")),
        said().getLast());
    assigned("J1", "a", "RM_a");
    assertEquals(
        new JobStart.App("AQI=", "AW_1", "", "", Map.of(), 1_700, 1_700, 1_900), placed().app());
  }

  @Test
  void agent_thatIsNoApp_isToldNothingMore() {
    up();
    asked("J1", "a", "RM_a");
    assertEquals(new WorkerSignal.Accept("J1", "agent-J1", "", "", Map.of()), said().getLast());
    assigned("J1", "a", "RM_a");
    assertEquals(null, placed().app());
  }

  @Test
  void request_isAskedOfTheAppAndItsYesDecidesWhoJoins() {
    app(WorkerRules.App.ASKED);
    asked("J1", "a", "RM_a");
    assertEquals(offer("J1", "a", "RM_a"), only(WorkerAction.Ask.class).job());
    assertFalse(says(WorkerSignal.Answer.class));
    answered("J1", yes("ann-1"));
    assertEquals(
        new WorkerSignal.Accept(
            "J1", "ann-1", "Ann", "{}", Map.of("k", "v", "lk.agent.name", "agent")),
        said().getLast());
    assertEquals(JobEntry.Stage.ACCEPTED, stage());
    assigned("J1", "a", "RM_a");
    JobStart start = placed();
    assertEquals("ann-1", start.identity());
    assertEquals(
        new JobStart.App("AQI=", "AW_1", "Ann", "{}", Map.of("k", "v"), 1_700, 1_800, 1_900),
        start.app());
  }

  @Test
  void request_acceptedWithoutIdentity_joinsUnderTheUsualOne() {
    app(WorkerRules.App.ASKED);
    asked("J1", "a", "RM_a");
    answered("J1", yes(" "));
    assertEquals("agent-J1", ((WorkerSignal.Accept) said().getLast()).identity());
  }

  @Test
  void request_refusedByTheApp_freesTheSlotAndSaysHow() {
    app(WorkerRules.App.ASKED);
    asked("J1", "a", "RM_a");
    answered("J1", new Answer.No(false, ""));
    assertTrue(says(WorkerSignal.Decline.class));
    assertEquals("app-said-no", refusal());
    asked("J2", "a", "RM_a");
    answered("J2", new Answer.No(true, ""));
    assertTrue(says(WorkerSignal.Terminate.class));
    assertEquals("app-said-no", refusal());
    asked("J3", "a", "RM_a");
    answered("J3", new Answer.No(false, "ValueError: no"));
    assertEquals("app-failed", refusal());
    asked("J4", "a", "RM_a");
    answered("J4", new Answer.None("the host is gone"));
    assertTrue(says(WorkerSignal.Decline.class));
    assertEquals("app-silent", refusal());
    assertEquals(0, state.jobs().size());
  }

  @Test
  void request_withoutAnswerInTime_isDeclinedAndALateYesChangesNothing() {
    app(WorkerRules.App.ASKED);
    asked("J1", "a", "RM_a");
    after(Duration.ofMillis(2400));
    assertEquals(JobEntry.Stage.ASKING, stage());
    after(Duration.ofMillis(101));
    assertTrue(says(WorkerSignal.Decline.class));
    assertEquals("app-silent", refusal());
    answered("J1", yes("ann"));
    assertTrue(last.isEmpty(), () -> "the late answer did " + last);
  }

  @Test
  void request_hundredAtOnce_theSlotsAreCountedWhileTheAppThinks() {
    app(WorkerRules.App.ASKED);
    int put = 0;
    for (int i = 0; i < 100; i++) {
      asked("J" + i, "room" + i, "RM_" + i);
      put += last.stream().anyMatch(WorkerAction.Ask.class::isInstance) ? 1 : 0;
    }
    assertEquals(2, put);
    assertEquals("full", refusal());
    assertFalse(logic.status(state).available());
    answered("J0", new Answer.No(false, ""));
    assertTrue(logic.status(state).available());
  }

  @Test
  void request_thatCannotBeTakenAnyway_isNotPutToTheApp() {
    app(WorkerRules.App.ASKED);
    asked("J1", "a", "RM_a");
    answered("J1", yes("ann"));
    asked("J2", "a", "RM_a");
    assertTrue(says(WorkerSignal.Terminate.class));
    assertEquals("room-occupied", refusal());
    on(new WorkerEvent.PoolFit(false));
    asked("J3", "b", "RM_b");
    assertEquals("crash-loop", refusal());
    assertTrue(last.stream().noneMatch(WorkerAction.Ask.class::isInstance));
  }

  @Test
  void request_whileTheAppThinksOfThatRoom_isLeftToOthers() {
    app(WorkerRules.App.ASKED);
    asked("J1", "a", "RM_a");
    asked("J1", "a", "RM_a");
    assertTrue(last.isEmpty(), () -> "asked again of the same job it did " + last);
    asked("J2", "a", "RM_a");
    assertTrue(says(WorkerSignal.Decline.class));
    assertEquals(Set.of("J1"), state.jobs().keySet());
    asked("J3", "a", "RM_again");
    assertTrue(said().contains(new WorkerSignal.Decline("J1")));
    assertEquals(Set.of("J3"), state.jobs().keySet());
  }

  @Test
  void request_linkLostMeanwhile_isForgotten() {
    app(WorkerRules.App.ASKED);
    asked("J1", "a", "RM_a");
    on(new WorkerEvent.LinkDown());
    assertEquals(0, state.jobs().size());
    answered("J1", yes("ann"));
    assertTrue(last.isEmpty());
    up();
    asked("J1", "a", "RM_a");
    answered("J1", yes("ann"));
    assertEquals(JobEntry.Stage.ACCEPTED, stage());
  }

  @Test
  void request_drainingMeanwhile_isDeclinedAtOnce() {
    app(WorkerRules.App.ASKED);
    asked("J1", "a", "RM_a");
    on(new WorkerEvent.Drain());
    assertTrue(says(WorkerSignal.Decline.class));
    assertEquals("draining", refusal());
    assertEquals(0, told(WorkerNews.Draining.class).getFirst().jobs());
    answered("J1", yes("ann"));
    assertTrue(last.isEmpty());
    on(new WorkerEvent.PoolEmpty());
    assertEquals(Phase.ENDED, state.phase());
  }

  @Test
  void request_forcedOrTerminatedMeanwhile_isOver() {
    app(WorkerRules.App.ASKED);
    asked("J1", "a", "RM_a");
    asked("J2", "b", "RM_b");
    on(new WorkerEvent.Signal(new ServerSignal.Terminated("J1"), "ws://s", 0));
    assertEquals(Set.of("J2"), state.jobs().keySet());
    on(new WorkerEvent.Force());
    assertTrue(says(WorkerSignal.Decline.class));
    assertEquals(0, state.jobs().size());
  }

  @Test
  void request_poolUnfitMeanwhile_isDeclinedInSpiteOfTheYes() {
    app(WorkerRules.App.ASKED);
    asked("J1", "a", "RM_a");
    on(new WorkerEvent.PoolFit(false));
    answered("J1", yes("ann"));
    assertEquals("crash-loop", refusal());
  }

  @Test
  void everyStage_andEveryAnswer_goTogether() {
    List<Answer> answers =
        List.of(
            yes("ann"), new Answer.No(true, ""), new Answer.No(false, "e"), new Answer.None(""));
    app(WorkerRules.App.ASKED);
    asked("J1", "a", "RM_a");
    answered("J1", yes("ann"));
    List<WorkerState> stages = new ArrayList<>(List.of(state));
    assigned("J1", "a", "RM_a");
    JobStart job = placed();
    stages.add(state);
    on(new WorkerEvent.ChildSaid(1, new ChildNews.JobSent(job)));
    on(new WorkerEvent.ChildSaid(1, new ChildNews.JobRunning(job)));
    stages.add(state);
    on(new WorkerEvent.ChildSaid(1, new ChildNews.JobDone(job, true, "")));
    stages.add(state);
    for (WorkerState each : stages) {
      for (Answer answer : answers) {
        Machine.Step<WorkerState, WorkerAction> step =
            logic.next(each, new WorkerEvent.AppAnswered("J1", answer, 0), now);
        assertEquals(
            each.jobs(), step.state().jobs(), () -> answer + " changed a job it was late for");
      }
    }
  }

  @Test
  void everyEvent_inEveryPhase_isAnswered() {
    app(WorkerRules.App.PLAIN);
    JobStart job = running("J0", "z", "RM_z", 9);
    app(WorkerRules.App.ASKED);
    asked("J1", "a", "RM_a");
    StopCause cause = StopCause.of(StopReason.CRASHED);
    List<WorkerEvent> events =
        List.of(
            new WorkerEvent.Tick(),
            new WorkerEvent.LinkUp("AW_1", true),
            new WorkerEvent.LinkDown(),
            new WorkerEvent.Signal(new ServerSignal.Ponged(1), "", 0),
            new WorkerEvent.ChildSaid(9, new ChildNews.JobReturned(job, cause)),
            new WorkerEvent.ChildSaid(9, new ChildNews.DidNotStop(cause)),
            new WorkerEvent.Unplaced(job, cause),
            new WorkerEvent.AppAnswered("J1", yes("ann"), 1),
            new WorkerEvent.AppAnswered("J0", new Answer.None(""), 1),
            new WorkerEvent.PoolFit(false),
            new WorkerEvent.PoolEmpty(),
            new WorkerEvent.RoomsListed(Set.of("z"), Map.of()),
            new WorkerEvent.LoadRead(1, true),
            new WorkerEvent.Drain(),
            new WorkerEvent.Force());
    List<WorkerState> phases = new ArrayList<>();
    for (Phase phase : Phase.values()) {
      phases.add(state.enter(phase, now + 1));
    }
    for (WorkerState each : phases) {
      for (WorkerEvent event : events) {
        Machine.Step<WorkerState, WorkerAction> step = logic.next(each, event, now);
        assertTrue(
            step.state().phase().compareTo(each.phase()) >= 0,
            () -> event + " took the worker back from " + each.phase());
      }
    }
  }

  @Test
  void linkUp_again_namesTheJobsThatRunOn() {
    up();
    running("J1", "a", "RM_1", 1);
    asked("J2", "b", "RM_2");
    on(new WorkerEvent.LinkDown());
    up();
    assertEquals(List.of(new WorkerSignal.StillRunning(List.of("J1"))), said().subList(1, 2));
    assertInstanceOf(WorkerSignal.UpdateWorker.class, said().getFirst());
    assertEquals(2, said().size());
  }
}
