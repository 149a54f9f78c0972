package io.lkagent.supervise;

import static io.lkagent.supervise.Lives.JOB;
import static io.lkagent.supervise.Lives.MIB;
import static io.lkagent.supervise.Lives.MS;
import static io.lkagent.supervise.Lives.OTHER;
import static io.lkagent.supervise.Lives.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.ToChild;
import io.lkagent.lifecycle.Machine;
import io.lkagent.process.ExitStatus;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules of a child's life, one by one. */
final class ChildLifecycleTest {
  private static final ExitStatus KILLED = ExitStatus.ofSignal(9);

  private final ChildLifecycle lifecycle = new ChildLifecycle(Lives.SETTINGS);
  private final List<ChildAction> actions = new ArrayList<>();
  private long now = 1000 * SECOND;
  private ChildState state = lifecycle.initial(now);

  @Test
  void life_oneJob_goesThroughItsStates() {
    idle();
    on(new ChildEvent.Offered(JOB));
    assertEquals(new ToChild.Ping(now), sent().get(sent().size() - 2));
    assertEquals(new ToChild.Start(JOB), sent().getLast());
    assertInstanceOf(ChildState.Checking.class, state);
    after(MS, new FromChild.Pong(((ChildState.Checking) state).token()));
    assertEquals(new ChildNews.JobSent(JOB), news().getLast());
    after(MS, new FromChild.Running());
    assertTrue(news().contains(new ChildNews.JobRunning(JOB)));
    after(SECOND, new FromChild.Activity(2, 30));
    assertEquals(new ChildNews.JobActivity(JOB, 2, 30), news().getLast());
    after(SECOND, new FromChild.Done(true, "bye"));
    assertEquals(new ChildNews.JobDone(JOB, true, "bye"), news().getLast());
    on(new ChildEvent.StopAsked(StopCause.of(StopReason.JOB_DONE)));
    assertEquals(new ToChild.Shutdown("job-done", 60_000), sent().getLast());
    on(new ChildEvent.Exited(new ExitStatus.Exited(0), false));
    ChildNews.Ended ended = ended();
    assertEquals(StopReason.JOB_DONE, ended.cause().reason());
    assertEquals(JOB, ended.job());
    assertTrue(ended.ran());
    on(new ChildEvent.SessionEnded());
    assertInstanceOf(ChildState.Gone.class, state);
    assertEquals(new ChildNews.Cleared(), news().getLast());
  }

  @Test
  void initTimeout_noHello_namesItAndKills() {
    on(new ChildEvent.Spawned(1));
    tickUntil(ChildState.Killing.class);
    assertEquals(10 * SECOND, now - 1000 * SECOND);
    assertEquals(StopReason.INIT_TIMEOUT, killed().reason());
    assertEquals("not ready after 10 s; no hello", killed().detail());
  }

  @Test
  void initTimeout_afterHello_namesTheNewestPhase() {
    on(new ChildEvent.Spawned(1));
    after(MS, new FromChild.Hello(1, 1, "test"));
    tickUntil(ChildState.Killing.class);
    assertEquals("not ready after 10 s; hello, and no phase ended", killed().detail());
    assertTrue(sent().stream().filter(ToChild.Ping.class::isInstance).count() >= 3);

    restart();
    on(new ChildEvent.Spawned(1));
    after(MS, new FromChild.Hello(1, 1, "test"));
    after(MS, new FromChild.Phase("vad", 0, 5, true, null));
    tickUntil(ChildState.Killing.class);
    assertEquals("not ready after 10 s; the newest phase to end was \"vad\"", killed().detail());
  }

  @Test
  void initTimeout_slowSpawn_countsFromTheWish() {
    now += 11 * SECOND;
    on(new ChildEvent.Spawned(1));
    on(new ChildEvent.Tick());
    assertEquals(StopReason.INIT_TIMEOUT, killed().reason());
  }

  @Test
  void initEnds_byExit_saysHow() {
    on(new ChildEvent.Spawned(1));
    on(new ChildEvent.Exited(new ExitStatus.Exited(127), false));
    assertEquals(StopReason.INIT_FAILED, ended().cause().reason());
    assertEquals(
        "ended during initialisation with exit code 127 (command not found)",
        ended().cause().detail());
  }

  @Test
  void initFailed_ownWords_areTheCauseAndItHasTwoSeconds() {
    on(new ChildEvent.Spawned(1));
    after(MS, new FromChild.Hello(1, 1, "test"));
    after(MS, new FromChild.Failed("no model"));
    long from = now;
    tickUntil(ChildState.Killing.class);
    assertEquals(2 * SECOND, now - from);
    on(new ChildEvent.Exited(KILLED, true));
    assertEquals(new StopCause(StopReason.INIT_FAILED, "no model"), ended().cause());
  }

  @Test
  void stop_whileSpawning_killsTheProcessAsSoonAsItIsThere() {
    on(new ChildEvent.StopAsked(StopCause.of(StopReason.NOT_NEEDED)));
    assertTrue(actions.isEmpty());
    on(new ChildEvent.Spawned(4711));
    assertEquals(new ChildAction.Kill(StopCause.of(StopReason.NOT_NEEDED)), actions.getLast());
    on(new ChildEvent.Exited(KILLED, false));
    assertEquals(StopReason.NOT_NEEDED, ended().cause().reason());
    assertInstanceOf(ChildAction.EndSession.class, actions.getLast());
  }

  @Test
  void stop_whileSpawningFails_endsWithTheFailure() {
    on(new ChildEvent.KillAsked(StopCause.of(StopReason.FORCED)));
    on(new ChildEvent.SpawnFailed("no room"));
    assertEquals(new StopCause(StopReason.SPAWN_FAILED, "no room"), ended().cause());
    assertNull(ended().exit());
    assertInstanceOf(ChildState.Gone.class, state);
  }

  @Test
  void stop_whileStarting_hasNoMoreTimeThanReadyHad() {
    on(new ChildEvent.Spawned(1));
    now += 4 * SECOND;
    on(new ChildEvent.StopAsked(StopCause.of(StopReason.NOT_NEEDED)));
    assertEquals(new ToChild.Shutdown("not-needed", 6000), sent().getLast());
    tickUntil(ChildState.Killing.class);
    assertEquals(10 * SECOND, now - 1000 * SECOND);
  }

  @Test
  void stop_ofADeadChild_isNeverWaitedFor() {
    running();
    on(new ChildEvent.Exited(new ExitStatus.Exited(3), false));
    int before = actions.size();
    on(new ChildEvent.StopAsked(StopCause.of(StopReason.DRAINED)));
    on(new ChildEvent.KillAsked(StopCause.of(StopReason.FORCED)));
    assertEquals(before, actions.size());
    assertEquals(Machine.NEVER, lifecycle.wakeAt(state));
    assertEquals(StopReason.CRASHED, ended().cause().reason());
    assertEquals("ended by itself with exit code 3", ended().cause().detail());
  }

  @Test
  void terminations_twenty_giveOneExitNewsAndOneKill() {
    running();
    for (int i = 0; i < 10; i++) {
      on(new ChildEvent.StopAsked(StopCause.of(StopReason.TERMINATED)));
      on(new ChildEvent.KillAsked(StopCause.of(StopReason.FORCED)));
    }
    on(new ChildEvent.ChannelClosed());
    on(new ChildEvent.Exited(KILLED, false));
    on(new ChildEvent.StopAsked(StopCause.of(StopReason.TERMINATED)));
    on(new ChildEvent.SessionEnded());
    on(new ChildEvent.KillAsked(StopCause.of(StopReason.FORCED)));
    assertEquals(1, news().stream().filter(ChildNews.Ended.class::isInstance).count());
    assertEquals(1, actions.stream().filter(ChildAction.Kill.class::isInstance).count());
    assertTrue(actions.stream().noneMatch(ChildAction.Complain.class::isInstance));
    assertEquals(StopReason.TERMINATED, ended().cause().reason());
  }

  @Test
  void ownKill_withOomSuspected_isNeitherCrashNorOom() {
    running();
    on(new ChildEvent.KillAsked(StopCause.of(StopReason.FORCED)));
    on(new ChildEvent.Exited(KILLED, true));
    assertEquals(StopReason.FORCED, ended().cause().reason());
  }

  @Test
  void outsideKill_withOomSuspected_isOom() {
    running();
    on(new ChildEvent.Exited(KILLED, true));
    assertEquals(StopReason.OOM, ended().cause().reason());
    assertEquals("ended by itself with signal 9 (SIGKILL)", ended().cause().detail());
  }

  @Test
  void reasons_moreSpecific_outranksVague() {
    running();
    on(new ChildEvent.StopAsked(StopCause.of(StopReason.DRAINED)));
    on(new ChildEvent.StopAsked(StopCause.of(StopReason.ROOM_CLOSED)));
    on(new ChildEvent.StopAsked(StopCause.of(StopReason.FORCED)));
    on(new ChildEvent.Exited(new ExitStatus.Exited(0), false));
    assertEquals(StopReason.ROOM_CLOSED, ended().cause().reason());
  }

  @Test
  void reasons_serverMissesAKilledAgentFirst_isACrash() {
    running();
    on(new ChildEvent.StopAsked(StopCause.of(StopReason.TERMINATED)));
    on(new ChildEvent.Exited(KILLED, false));
    assertEquals(StopReason.CRASHED, ended().cause().reason());
  }

  @Test
  void reasons_doneThenForced_staysDone() {
    running();
    after(MS, new FromChild.Done(true, "bye"));
    on(new ChildEvent.KillAsked(StopCause.of(StopReason.FORCED)));
    assertEquals(new StopCause(StopReason.JOB_DONE, "bye"), killed());
    on(new ChildEvent.Exited(KILLED, false));
    assertEquals(StopReason.JOB_DONE, ended().cause().reason());
  }

  @Test
  void protocol_brokenBeforeReady_kills() {
    assertKilled("wrote nonsense", new ChildEvent.Garbage("wrote nonsense"));
    assertKilled("said \"ready\" before \"hello\"", received(new FromChild.Ready()));
    assertKilled("said \"running\" before \"ready\"", received(new FromChild.Running()));
    assertKilled(
        "said \"hello\" twice",
        received(new FromChild.Hello(1, 1, "test")),
        received(new FromChild.Hello(1, 1, "test")));
    assertKilled(
        "speaks job protocol 2, this worker speaks 1", received(new FromChild.Hello(2, 1, "new")));
  }

  @Test
  void protocol_brokenWithAJob_killsAndKeepsTheJob() {
    running();
    after(MS, new FromChild.Hello(1, 1, "test"));
    assertEquals(new StopCause(StopReason.PROTOCOL_ERROR, "said \"hello\" twice"), killed());
    on(new ChildEvent.Exited(KILLED, false));
    assertEquals(JOB, ended().job());
    assertTrue(ended().ran());
  }

  @Test
  void unknownMessage_everywhere_isSkipped() {
    idle();
    int before = actions.size();
    after(MS, new FromChild.Unknown("later"));
    assertInstanceOf(ChildState.Idle.class, state);
    assertEquals(before, actions.size());
  }

  @Test
  void handOver_pingUnanswered_returnsTheJobAndKills() {
    idle();
    on(new ChildEvent.Offered(JOB));
    after(MS, new FromChild.Pong(12345)); // an older ping's answer does not count
    assertInstanceOf(ChildState.Checking.class, state);
    tickUntil(ChildState.Killing.class);
    assertEquals(StopReason.UNRESPONSIVE, killed().reason());
    assertEquals(new ChildNews.JobReturned(JOB, killed()), news().getLast());
    on(new ChildEvent.Exited(KILLED, false));
    assertNull(ended().job());
  }

  @Test
  void handOver_runningBeforeThePong_countsAsBoth() {
    idle();
    on(new ChildEvent.Offered(JOB));
    after(MS, new FromChild.Running());
    assertInstanceOf(ChildState.Running.class, state);
    List<ChildNews> told = news();
    assertEquals(
        List.of(new ChildNews.JobSent(JOB), new ChildNews.JobRunning(JOB)),
        told.subList(told.size() - 2, told.size()));
  }

  @Test
  void handOver_stopAsked_killsSoThatNoTwoProcessesServeTheJob() {
    idle();
    on(new ChildEvent.Offered(JOB));
    on(new ChildEvent.StopAsked(StopCause.of(StopReason.NOT_NEEDED)));
    assertInstanceOf(ChildState.Killing.class, state);
    assertEquals(new ChildNews.JobReturned(JOB, killed()), news().getLast());
  }

  @Test
  void handOver_childDies_endedCarriesTheJob() {
    idle();
    on(new ChildEvent.Offered(JOB));
    on(new ChildEvent.Exited(KILLED, false));
    assertEquals(JOB, ended().job());
    assertFalse(ended().ran());
    assertTrue(news().stream().noneMatch(ChildNews.JobReturned.class::isInstance));
  }

  @Test
  void handOver_secondJob_isReturned() {
    running();
    on(new ChildEvent.Offered(OTHER));
    assertEquals(
        new ChildNews.JobReturned(
            OTHER, new StopCause(StopReason.NOT_NEEDED, "the process was not idle")),
        news().getLast());
    assertInstanceOf(ChildState.Running.class, state);
  }

  @Test
  void handOver_childSaysFailed_returnsTheJobForAnother() {
    idle();
    on(new ChildEvent.Offered(JOB));
    after(MS, new FromChild.Failed("no model"));
    StopCause cause = new StopCause(StopReason.INIT_FAILED, "no model");
    assertEquals(new ChildNews.JobReturned(JOB, cause), news().getLast());
    assertTrue(cause.reason().failure());
  }

  @Test
  void assigned_diesBeforeRunning_jobIsFree() {
    assigned();
    on(new ChildEvent.Exited(new ExitStatus.Exited(1), false));
    assertEquals(JOB, ended().job());
    assertFalse(ended().ran());
    assertEquals(StopReason.CRASHED, ended().cause().reason());
  }

  @Test
  void assigned_neverRunning_isKilledAtTheStartTimeout() {
    assigned();
    long from = now;
    tickUntil(ChildState.Killing.class);
    assertEquals(5 * SECOND, now - from);
    assertEquals("not running 5 s after its start", killed().detail());
    on(new ChildEvent.Exited(KILLED, false));
    assertEquals(JOB, ended().job());
    assertFalse(ended().ran());
  }

  @Test
  void running_dies_endedSaysThatItRan() {
    running();
    on(new ChildEvent.Exited(ExitStatus.ofSignal(11), false));
    assertTrue(ended().ran());
    assertEquals("ended by itself with signal 11 (SIGSEGV)", ended().cause().detail());
  }

  @Test
  void running_closesItsChannelAndExits_isACrash() {
    running();
    on(new ChildEvent.ChannelClosed());
    on(new ChildEvent.ChannelClosed());
    on(new ChildEvent.Exited(new ExitStatus.Exited(1), false));
    assertEquals(
        new StopCause(StopReason.CRASHED, "ended by itself with exit code 1"), ended().cause());
  }

  @Test
  void running_closesItsChannelAndLives_isKilled() {
    running();
    on(new ChildEvent.ChannelClosed());
    long from = now;
    tickUntil(ChildState.Killing.class);
    assertEquals(2 * SECOND, now - from);
    assertEquals(StopReason.CHANNEL_CLOSED, killed().reason());
  }

  @Test
  void done_noWordFromTheWorker_stopsAfterTwoSeconds() {
    running();
    after(SECOND, new FromChild.Done(false, "oh"));
    assertInstanceOf(ChildState.Finishing.class, state);
    long from = now;
    tickUntil(ChildState.Stopping.class);
    assertEquals(2 * SECOND, now - from);
    assertEquals(new ToChild.Shutdown("job-failed", 60_000), sent().getLast());
  }

  @Test
  void done_withoutAJob_breaksTheProtocol() {
    idle();
    after(MS, new FromChild.Done(true, ""));
    assertEquals("said \"done\" without a job", killed().detail());
  }

  @Test
  void memory_overTheSoftLimit_warnsOnceAMinuteOrOnGrowth() {
    running();
    on(new ChildEvent.MemoryRead(100 * MIB));
    on(new ChildEvent.MemoryRead(600 * MIB));
    assertEquals(new ChildNews.MemoryHigh(600 * MIB, 100 * MIB, 1), news().getLast());
    for (int i = 0; i < 10; i++) {
      now += SECOND;
      on(new ChildEvent.MemoryRead(610 * MIB));
      assertInstanceOf(ChildNews.MemoryMeasured.class, news().getLast());
    }
    now += SECOND;
    on(new ChildEvent.MemoryRead(650 * MIB));
    assertEquals(new ChildNews.MemoryHigh(650 * MIB, 100 * MIB, 11), news().getLast());
    now += 60 * SECOND;
    on(new ChildEvent.MemoryRead(600 * MIB));
    assertEquals(new ChildNews.MemoryHigh(600 * MIB, 100 * MIB, 1), news().getLast());
  }

  @Test
  void memory_overTheHardLimit_kills() {
    running();
    on(new ChildEvent.MemoryRead(1025 * MIB));
    assertEquals(new StopCause(StopReason.MEMORY_LIMIT, "1025 MiB PSS, limit 1024 MiB"), killed());

    restart();
    on(new ChildEvent.Spawned(1));
    on(new ChildEvent.MemoryRead(1025 * MIB));
    assertEquals(StopReason.MEMORY_LIMIT, killed().reason());
  }

  @Test
  void silence_forThePingTimeout_killsAndTellsTheLastRoundTrip() {
    running();
    now += 2 * SECOND;
    on(received(new FromChild.Pong(now - 7 * MS)));
    long from = now;
    tickUntil(ChildState.Killing.class);
    assertEquals(60 * SECOND, now - from);
    assertEquals(
        new StopCause(StopReason.UNRESPONSIVE, "no word for 60 s, the newest pong took 7 ms"),
        killed());
  }

  @Test
  void pings_answered_goOnForEver() {
    idle();
    int pings = 0;
    for (int i = 0; i < 100; i++) {
      now = lifecycle.wakeAt(state);
      on(new ChildEvent.Tick());
      if (sent().getLast() instanceof ToChild.Ping(long t)) {
        pings++;
        after(MS, new FromChild.Pong(t));
      }
    }
    assertEquals(100, pings);
    assertInstanceOf(ChildState.Idle.class, state);
  }

  @Test
  void stop_deadlinePasses_kills() {
    running();
    on(new ChildEvent.StopAsked(StopCause.of(StopReason.DRAINED)));
    long from = now;
    tickUntil(ChildState.Killing.class);
    assertEquals(60 * SECOND, now - from);
    assertEquals(StopReason.DRAINED, killed().reason());
  }

  @Test
  void kill_thatDoesNotTake_isToldAndTriedAgain() {
    running();
    on(new ChildEvent.KillAsked(StopCause.of(StopReason.FORCED)));
    for (int again = 1; again <= 3; again++) {
      now = lifecycle.wakeAt(state);
      on(new ChildEvent.Tick());
      assertEquals(again, news().stream().filter(ChildNews.DidNotStop.class::isInstance).count());
      assertEquals(again + 1, actions.stream().filter(ChildAction.Kill.class::isInstance).count());
    }
  }

  private void assertKilled(String detail, ChildEvent... events) {
    restart();
    on(new ChildEvent.Spawned(1));
    for (ChildEvent event : events) {
      on(event);
    }
    assertEquals(new StopCause(StopReason.PROTOCOL_ERROR, detail), killed());
  }

  private void idle() {
    on(new ChildEvent.Spawned(1));
    after(MS, new FromChild.Hello(1, 1, "test"));
    assertEquals(new ToChild.Init(2500, 10_000, Lives.SETTINGS.options()), sent().getLast());
    after(MS, new FromChild.Ready());
    assertEquals(new ChildNews.Ready(2 * MS), news().getLast());
  }

  private void assigned() {
    idle();
    on(new ChildEvent.Offered(JOB));
    on(received(new FromChild.Pong(((ChildState.Checking) state).token())));
    assertEquals(new ChildNews.JobSent(JOB), news().getLast());
  }

  private void running() {
    assigned();
    after(MS, new FromChild.Running());
  }

  private void restart() {
    actions.clear();
    now = 1000 * SECOND;
    state = lifecycle.initial(now);
  }

  private void after(long nanos, FromChild message) {
    now += nanos;
    on(received(message));
  }

  private static ChildEvent received(FromChild message) {
    return new ChildEvent.Received(message);
  }

  private void on(ChildEvent event) {
    Machine.Step<ChildState, ChildAction> step = lifecycle.next(state, event, now);
    state = step.state();
    actions.addAll(step.actions());
  }

  private void tickUntil(Class<? extends ChildState> kind) {
    for (int ticks = 0; !kind.isInstance(state); ticks++) {
      assertTrue(ticks < 1000, () -> "still " + state);
      now = Math.max(now, lifecycle.wakeAt(state));
      on(new ChildEvent.Tick());
    }
  }

  private StopCause killed() {
    return assertInstanceOf(ChildState.Killing.class, state).cause();
  }

  private ChildNews.Ended ended() {
    return only(
        news().stream()
            .filter(ChildNews.Ended.class::isInstance)
            .map(ChildNews.Ended.class::cast)
            .toList());
  }

  private static ChildNews.Ended only(List<ChildNews.Ended> all) {
    assertEquals(1, all.size());
    return all.getFirst();
  }

  private List<ChildNews> news() {
    List<ChildNews> news = new ArrayList<>();
    for (ChildAction action : actions) {
      if (action instanceof ChildAction.Tell(ChildNews told)) {
        news.add(told);
      }
    }
    return news;
  }

  private List<ToChild> sent() {
    List<ToChild> sent = new ArrayList<>();
    for (ChildAction action : actions) {
      if (action instanceof ChildAction.Send(ToChild message)) {
        sent.add(message);
      }
    }
    return sent;
  }
}
