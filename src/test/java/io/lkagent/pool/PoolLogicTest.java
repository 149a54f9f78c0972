package io.lkagent.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.ipc.JobStart;
import io.lkagent.lifecycle.Machine;
import io.lkagent.pool.PoolState.Slot;
import io.lkagent.process.ExitStatus;
import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.StopCause;
import io.lkagent.supervise.StopReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The pool's rules, without a process. */
final class PoolLogicTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final StopCause BROKEN = new StopCause(StopReason.INIT_FAILED, "no model");
  private static final StopCause CRASH = new StopCause(StopReason.CRASHED, "exit code 1");
  private static final ExitStatus EXIT = new ExitStatus.Exited(1);

  private PoolLogic logic = logic(settings(4, 10, 2, 3));
  private final List<PoolAction> actions = new ArrayList<>();
  private long now = 1000 * SECOND;
  private PoolState state = PoolState.empty(now);

  @Test
  void fill_fromNothing_startsAtMostKAtOnce() {
    on(new PoolEvent.Tick());
    assertEquals(List.of(1, 2), starts());
    said(1, new ChildNews.Ready(1));
    assertEquals(List.of(1, 2, 3), starts());
    said(2, new ChildNews.Ready(1));
    said(3, new ChildNews.Ready(1));
    said(4, new ChildNews.Ready(1));
    assertEquals(List.of(1, 2, 3, 4), starts());
    assertEquals(4, state.count(Slot.IDLE));
  }

  @Test
  void idleTarget_closeToMaxJobs_isWhatIsLeft() {
    logic = logic(settings(4, 5, 4, 3));
    fill();
    for (int i = 1; i <= 3; i++) {
      wanted("AJ_" + i);
      fill();
    }
    assertEquals(3, state.count(Slot.BUSY));
    assertEquals(2, state.count(Slot.IDLE));
    wanted("AJ_4");
    wanted("AJ_5");
    fill();
    assertEquals(5, state.count(Slot.BUSY));
    assertEquals(0, state.count(Slot.IDLE) + state.count(Slot.INITIALISING));
  }

  @Test
  void replacements_jobsFromAFullPool_waitASecondFromTheFirst() {
    logic = logic(settings(3, 10, 2, 3));
    fill();
    wanted("AJ_1");
    long first = now;
    now += SECOND / 2;
    wanted("AJ_2");
    assertEquals(List.of("1:AJ_1", "2:AJ_2"), offers());
    assertEquals(3, starts().size(), "none beside jobs that begin");
    assertEquals(first + SECOND, logic.wakeAt(state));
    now = logic.wakeAt(state);
    on(new PoolEvent.Tick());
    assertEquals(5, starts().size());
    wanted("AJ_3");
    said(4, new ChildNews.Ready(1));
    assertEquals(6, starts().size(), "from a pool that is not full again: at once");
    assertEquals(Machine.NEVER, logic.wakeAt(state));
  }

  @Test
  void replacements_aJobHasToWait_areStartedAtOnce() {
    logic = logic(settings(1, 10, 2, 3));
    fill();
    wanted("AJ_1");
    assertEquals(1, starts().size());
    wanted("AJ_2");
    assertEquals(3, starts().size(), "one for the job, one for the pool");
  }

  @Test
  void replacements_anIdleProcessDies_areStartedAtOnce() {
    logic = logic(settings(2, 10, 2, 3));
    fill();
    end(1, StopCause.of(StopReason.NOT_NEEDED), null, false);
    assertEquals(3, starts().size());
  }

  @Test
  void busyMachine_withoutWaitingJobs_startsOneAtATime() {
    on(new PoolEvent.MachineBusy(true));
    assertEquals(List.of(1), starts());
    said(1, new ChildNews.Ready(1));
    assertEquals(List.of(1, 2), starts());
    said(2, new ChildNews.Ready(1));
    wanted("AJ_1");
    wanted("AJ_2");
    wanted("AJ_3");
    wanted("AJ_4");
    assertEquals(2, state.count(Slot.INITIALISING));
    on(new PoolEvent.MachineBusy(false));
    assertEquals(2, state.count(Slot.INITIALISING));
  }

  @Test
  void handOver_severalWaiting_isFirstComeFirstServed() {
    logic = logic(settings(0, 10, 4, 3));
    wanted("AJ_1");
    wanted("AJ_2");
    wanted("AJ_3");
    assertEquals(List.of(1, 2, 3), starts());
    said(3, new ChildNews.Ready(1));
    said(1, new ChildNews.Ready(1));
    said(2, new ChildNews.Ready(1));
    assertEquals(List.of("3:AJ_1", "1:AJ_2", "2:AJ_3"), offers());
  }

  @Test
  void handOver_severalIdle_takesTheOldest() {
    logic = logic(settings(12, 20, 12, 3));
    fill();
    for (int i = 1; i <= 12; i++) {
      wanted("AJ_" + i);
    }
    List<String> expected = new ArrayList<>();
    for (int i = 1; i <= 12; i++) {
      expected.add(i + ":AJ_" + i);
    }
    assertEquals(expected, offers());
  }

  @Test
  void alwaysFailingAgent_inAMinute_isStartedAtMostTenTimesPerSlot() {
    for (int idle : new int[] {1, 4}) {
      for (int seed = 0; seed < 50; seed++) {
        restart(new PoolLogic(settings(idle, 10, 4, 3), new Random(seed)));
        int starts = simulate(60 * SECOND, 50_000_000, this::initFails);
        assertTrue(starts <= 10 * idle, () -> starts + " starts for " + idle);
        assertTrue(starts >= 3, () -> starts + " starts");
        assertTrue(state.crashLoop());
      }
    }
  }

  @Test
  void agentThatDiesAsSoonAsItIsReady_inAMinute_isStartedAtMostTenTimesPerSlot() {
    for (int seed = 0; seed < 50; seed++) {
      restart(new PoolLogic(settings(1, 10, 4, 3), new Random(seed)));
      int starts =
          simulate(
              60 * SECOND,
              50_000_000,
              number -> {
                said(number, new ChildNews.Ready(1));
                end(number, CRASH, null, false);
              });
      assertTrue(starts <= 10, () -> starts + " starts");
      assertFalse(state.crashLoop(), "it could serve a job");
    }
  }

  @Test
  void agentThatDiesAsSoonAsItIsReady_withAJobWaiting_failsTheJob() {
    logic = logic(settings(1, 10, 4, 3));
    wanted("AJ_1");
    int starts =
        simulate(
            20 * SECOND,
            50_000_000,
            number -> {
              said(number, new ChildNews.Ready(1));
              boolean holds = state.slots().get(number) == Slot.BUSY;
              end(number, CRASH, holds ? offered(number) : null, false);
            });
    assertEquals(List.of("AJ_1"), failed());
    assertTrue(starts < 12, () -> starts + " starts");
  }

  @Test
  void backoff_growing_liesBetweenOneAndThirtySecondsWithChance() {
    List<Long> firsts = new ArrayList<>();
    for (int seed = 0; seed < 30; seed++) {
      restart(new PoolLogic(settings(1, 10, 1, 3), new Random(seed)));
      on(new PoolEvent.Tick());
      long last = 0;
      for (int i = 1; i <= 12; i++) {
        initFails(i);
        long wait = state.nextStart() - now;
        assertTrue(wait >= SECOND && wait <= 30 * SECOND, () -> wait + " ns");
        assertTrue(i > 4 || wait >= last, () -> wait + " ns");
        last = wait;
        if (i == 1) {
          firsts.add(wait);
        }
        now = state.nextStart();
        on(new PoolEvent.Tick());
        assertEquals(i + 1, starts().size());
      }
      assertTrue(last >= 15 * SECOND);
    }
    assertTrue(firsts.stream().distinct().count() > 10, "jitter");
  }

  @Test
  void backoff_whileTheOneAttemptInitialises_doesNotWakeTheLoop() {
    on(new PoolEvent.Tick());
    initFails(1);
    initFails(2);
    now = state.nextStart();
    on(new PoolEvent.Tick());
    assertEquals(1, state.count(Slot.INITIALISING));
    assertEquals(Machine.NEVER, logic.wakeAt(state));
  }

  @Test
  void crashLoop_threeFailures_untilOneSucceeds() {
    logic = logic(settings(1, 10, 1, 3));
    on(new PoolEvent.Tick());
    for (int i = 1; i <= 3; i++) {
      assertFalse(state.crashLoop());
      initFails(i);
      assertEquals(BROKEN, state.lastFailure());
      assertTrue(actions.getLast() instanceof PoolAction.Forget);
      assertTrue(actions.contains(new PoolAction.Changed()));
      now = state.nextStart();
      on(new PoolEvent.Tick());
    }
    assertTrue(state.crashLoop());
    said(4, new ChildNews.Ready(1));
    assertFalse(state.crashLoop());
    assertEquals(0, state.failures());
    assertEquals(null, state.lastFailure());
  }

  @Test
  void waitingJob_inACrashLoop_getsOneAttemptAtOnceAndFailsWithIt() {
    logic = logic(settings(1, 10, 2, 3));
    on(new PoolEvent.Tick());
    for (int i = 1; i <= 3; i++) {
      initFails(i);
      if (i < 3) {
        now = state.nextStart();
        on(new PoolEvent.Tick());
      }
    }
    int before = starts().size();
    wanted("AJ_1");
    wanted("AJ_2");
    assertEquals(before + 1, starts().size(), "one attempt");
    initFails(before + 1);
    assertEquals(List.of("AJ_1", "AJ_2"), failed());
    assertEquals(before + 1, starts().size(), "no loop");
    assertEquals(
        BROKEN,
        actions.stream()
            .filter(PoolAction.FailJob.class::isInstance)
            .map(a -> ((PoolAction.FailJob) a).cause())
            .findFirst()
            .orElseThrow());
  }

  @Test
  void waitingJob_firstFailures_isTriedAgainUntilTheCrashLoop() {
    logic = logic(settings(0, 10, 2, 3));
    wanted("AJ_1");
    initFails(1);
    initFails(2);
    assertEquals(List.of(), failed());
    initFails(3);
    assertEquals(List.of("AJ_1"), failed());
    assertEquals(3, starts().size());
  }

  @Test
  void waitingJob_otherStartsUnderWay_waitsForThem() {
    logic = logic(settings(2, 10, 2, 0));
    on(new PoolEvent.Tick());
    wanted("AJ_1");
    initFails(1);
    assertEquals(List.of(), failed());
    said(2, new ChildNews.Ready(1));
    assertEquals(List.of("2:AJ_1"), offers());
  }

  @Test
  void waitingJob_pastItsDeadline_fails() {
    logic = logic(settings(0, 10, 2, 3));
    wanted("AJ_1");
    assertEquals(now + 15 * SECOND, logic.wakeAt(state));
    now = logic.wakeAt(state);
    on(new PoolEvent.Tick());
    assertEquals(List.of("AJ_1"), failed());
    assertEquals(Machine.NEVER, logic.wakeAt(state));
  }

  @Test
  void job_diesBeforeRunning_goesToAnotherUpToTheRetries() {
    logic = logic(settings(0, 10, 2, 3));
    wanted("AJ_1");
    for (int number = 1; number <= 4; number++) {
      said(number, new ChildNews.Ready(1));
      JobStart offered = offered(number);
      assertEquals(number - 1, offered.attempt());
      said(number, new ChildNews.JobSent(offered));
      assertEquals(List.of(), failed());
      end(number, CRASH, offered, false);
    }
    assertEquals(List.of("AJ_1"), failed());
    assertEquals(4, starts().size());
  }

  @Test
  void job_diesAfterRunning_isNotTriedAgain() {
    logic = logic(settings(0, 10, 2, 3));
    wanted("AJ_1");
    said(1, new ChildNews.Ready(1));
    JobStart offered = offered(1);
    said(1, new ChildNews.JobSent(offered));
    said(1, new ChildNews.JobRunning(offered));
    end(1, CRASH, offered, true);
    assertEquals(1, starts().size());
    assertEquals(List.of(), failed());
  }

  @Test
  void job_terminatedBeforeRunning_isNotTriedAgain() {
    logic = logic(settings(0, 10, 2, 3));
    wanted("AJ_1");
    said(1, new ChildNews.Ready(1));
    JobStart offered = offered(1);
    said(1, new ChildNews.JobSent(offered));
    end(1, StopCause.of(StopReason.TERMINATED), offered, false);
    assertEquals(List.of("AJ_1"), failed());
    assertEquals(1, starts().size());
  }

  @Test
  void allIdleDead_jobPlaced_isNoAttemptUntilTheLast() {
    logic = logic(settings(8, 10, 8, 0));
    fill();
    wanted("AJ_1");
    for (int number = 1; number <= 7; number++) {
      said(number, new ChildNews.JobReturned(offered(number), CRASH));
      assertEquals(number + 1, offers().size());
    }
    assertEquals(0, offered(8).attempt());
    assertEquals(List.of(), failed());
  }

  @Test
  void offer_toAChildThatIsGoneAlready_comesBack() {
    logic = logic(settings(1, 10, 2, 3));
    fill();
    wanted("AJ_1");
    end(1, CRASH, null, false); // its loop was over when the offer came: no word of the job
    said(2, new ChildNews.Ready(1));
    assertEquals(List.of("1:AJ_1", "2:AJ_1"), offers());
  }

  @Test
  void news_afterTheChildIsCleared_bringsNoSlotBack() {
    logic = logic(settings(1, 10, 2, 3));
    fill();
    wanted("AJ_1");
    JobStart job = offered(1);
    end(1, CRASH, null, false);
    said(1, new ChildNews.JobReturned(job, CRASH));
    said(1, new ChildNews.Ready(1));
    assertFalse(state.slots().containsKey(1));
    assertEquals(List.of(), failed());
    assertEquals(1, state.waiting().size(), "the job waits once");
  }

  @Test
  void cancel_waitingJob_isForgotten() {
    logic = logic(settings(0, 10, 2, 3));
    wanted("AJ_1");
    wanted("AJ_2");
    on(new PoolEvent.Cancelled("AJ_1"));
    said(1, new ChildNews.Ready(1));
    assertEquals(List.of("1:AJ_2"), offers());
  }

  @Test
  void cancel_jobBeingChecked_stopsItsChildAndNeverComesBack() {
    logic = logic(settings(1, 10, 2, 3));
    fill();
    wanted("AJ_1");
    JobStart job = offered(1);
    on(new PoolEvent.Cancelled("AJ_1"));
    assertEquals(List.of(1), stops());
    said(1, new ChildNews.JobReturned(job, StopCause.of(StopReason.TERMINATED)));
    end(1, StopCause.of(StopReason.TERMINATED), null, false);
    fill();
    assertEquals(1, offers().size());
    assertEquals(List.of(), failed());
  }

  @Test
  void closing_endsIdleAndSpareOnes_butServesWaitingJobs() {
    logic = logic(settings(4, 10, 4, 3));
    on(new PoolEvent.Tick());
    said(1, new ChildNews.Ready(1));
    wanted("AJ_1");
    said(2, new ChildNews.Ready(1));
    wanted("AJ_2");
    wanted("AJ_3");
    assertEquals(List.of("1:AJ_1", "2:AJ_2"), offers());
    on(new PoolEvent.Closed());
    assertEquals(2, state.count(Slot.BUSY));
    assertEquals(1, state.count(Slot.INITIALISING), "one for the job that waits");
    assertTrue(state.slots().get(3) == Slot.INITIALISING, "the oldest is the furthest");
    said(3, new ChildNews.Ready(1));
    assertEquals(List.of("1:AJ_1", "2:AJ_2", "3:AJ_3"), offers());
    int before = starts().size();
    for (int number : List.copyOf(state.slots().keySet())) {
      if (state.slots().get(number) == Slot.BUSY) {
        said(number, new ChildNews.JobSent(offered(number)));
      }
      end(number, StopCause.of(StopReason.DRAINED), null, false);
    }
    assertEquals(before, starts().size());
    assertTrue(state.slots().isEmpty());
    wanted("AJ_4");
    assertEquals(before + 1, starts().size(), "jobs still get theirs");
  }

  @Test
  void closing_whileBackingOff_startsNothing() {
    on(new PoolEvent.Tick());
    initFails(1);
    initFails(2);
    on(new PoolEvent.Closed());
    assertEquals(Machine.NEVER, logic.wakeAt(state));
    now += 60 * SECOND;
    on(new PoolEvent.Tick());
    assertEquals(2, starts().size());
  }

  @Test
  void readyThatCrossesAStop_makesNoIdleChild() {
    on(new PoolEvent.Tick());
    on(new PoolEvent.Closed());
    said(1, new ChildNews.Ready(1));
    assertEquals(Slot.ENDING, state.slots().get(1));
  }

  @Test
  void childKilledBeforeItsFirstByte_doesNotWedgeThePool() {
    logic = logic(settings(1, 10, 1, 3));
    on(new PoolEvent.Tick());
    said(1, new ChildNews.Spawned(4711));
    end(1, new StopCause(StopReason.INIT_FAILED, "signal 9"), null, false);
    assertEquals(state.nextStart(), logic.wakeAt(state));
    now = logic.wakeAt(state);
    on(new PoolEvent.Tick());
    said(2, new ChildNews.Ready(1));
    wanted("AJ_1");
    assertEquals(List.of("2:AJ_1"), offers());
  }

  @Test
  void anyStory_atRandom_losesNoJobAndNeverSpins() {
    for (int seed = 0; seed < 300; seed++) {
      restart(new PoolLogic(settings(seed % 4, 6, 1 + seed % 3, 2), new Random(seed)));
      new Story(new Random(seed)).tell();
    }
  }

  /** Children that do what chance wants, and a count of where each job went. */
  private final class Story {
    private final Random chance;
    private final Map<Integer, @Nullable JobStart> holding = new HashMap<>();
    private int seen;
    private int jobs;
    private int served;

    Story(Random chance) {
      this.chance = chance;
    }

    void tell() {
      on(new PoolEvent.Tick());
      for (int step = 0; step < 200; step++) {
        now += chance.nextLong(3 * SECOND);
        if (step < 150 && chance.nextInt(4) == 0) {
          wanted("AJ_" + ++jobs);
        }
        if (step == 150) {
          on(new PoolEvent.Closed());
        }
        on(new PoolEvent.Tick());
        carryOut();
        List<Integer> alive = List.copyOf(state.slots().keySet());
        if (!alive.isEmpty()) {
          happens(alive.get(chance.nextInt(alive.size())));
        }
        carryOut();
        on(new PoolEvent.Tick());
        long wake = logic.wakeAt(state);
        assertTrue(wake == Machine.NEVER || wake > now, () -> "spins in " + state);
      }
      finish();
      assertEquals(jobs, served + failed().size(), () -> state.toString());
    }

    private void carryOut() {
      for (; seen < actions.size(); seen++) {
        if (actions.get(seen) instanceof PoolAction.Offer(int number, JobStart job)) {
          holding.put(number, job);
        }
      }
    }

    private void happens(int number) {
      Slot slot = state.slots().get(number);
      JobStart job = holding.remove(number);
      boolean fails = chance.nextInt(3) == 0;
      if (slot == Slot.INITIALISING && !fails) {
        said(number, new ChildNews.Ready(1));
      } else if (job == null) {
        end(number, slot == Slot.INITIALISING ? BROKEN : CRASH, null, false);
      } else {
        serve(number, job, chance.nextInt(5));
      }
    }

    private void serve(int number, JobStart job, int how) {
      switch (how) {
        case 0 -> {
          said(number, new ChildNews.JobReturned(job, CRASH));
          end(number, CRASH, null, false);
        }
        case 1 -> end(number, CRASH, job, false);
        case 2 -> end(number, CRASH, null, false);
        case 3 -> {
          said(number, new ChildNews.JobSent(job));
          end(number, CRASH, job, false);
        }
        default -> {
          said(number, new ChildNews.JobSent(job));
          said(number, new ChildNews.JobRunning(job));
          end(number, CRASH, job, true);
          served++;
        }
      }
    }

    private void finish() {
      for (int step = 0; step < 1000 && !done(); step++) {
        now += SECOND;
        on(new PoolEvent.Tick());
        carryOut();
        List.copyOf(state.slots().keySet()).forEach(this::happens);
        carryOut();
      }
      assertTrue(done(), () -> state.toString());
    }

    private boolean done() {
      return state.slots().isEmpty() && state.waiting().isEmpty();
    }
  }

  /** Runs the clock; each started child does {@code life} after {@code initTime}. */
  private int simulate(long duration, long initTime, IntConsumer life) {
    long end = now + duration;
    int lived = 0;
    on(new PoolEvent.Tick());
    for (int turns = 0; now < end; turns++) {
      assertTrue(turns < 10_000, "the loop spins");
      List<Integer> started = starts();
      if (lived < started.size()) {
        now += initTime;
        life.accept(started.get(lived++));
      } else {
        now = Math.max(now, Math.min(end, logic.wakeAt(state)));
        on(new PoolEvent.Tick());
      }
    }
    return starts().size();
  }

  private void fill() {
    now += SECOND;
    on(new PoolEvent.Tick());
    while (state.count(Slot.INITIALISING) > 0) {
      for (Map.Entry<Integer, Slot> slot : Map.copyOf(state.slots()).entrySet()) {
        if (slot.getValue() == Slot.INITIALISING) {
          said(slot.getKey(), new ChildNews.Ready(1));
        }
      }
    }
  }

  private void initFails(int number) {
    end(number, BROKEN, null, false);
  }

  private void end(int number, StopCause cause, @Nullable JobStart job, boolean ran) {
    said(number, new ChildNews.Ended(cause, EXIT, job, ran));
    said(number, new ChildNews.Cleared());
  }

  private void said(int number, ChildNews news) {
    on(new PoolEvent.ChildSaid(number, news));
  }

  private void wanted(String jobId) {
    on(
        new PoolEvent.Wanted(
            new JobStart(
                jobId,
                "",
                "",
                "",
                Map.of(),
                new JobStart.Room("room-" + jobId, "RM", ""),
                "agent",
                "ws://127.0.0.1",
                "token",
                JobStart.MEDIA_DEV,
                0)));
  }

  private void on(PoolEvent event) {
    Machine.Step<PoolState, PoolAction> step = logic.next(state, event, now);
    state = step.state();
    actions.addAll(step.actions());
  }

  private void restart(PoolLogic fresh) {
    logic = fresh;
    actions.clear();
    now = 1000 * SECOND;
    state = PoolState.empty(now);
  }

  private static PoolSettings settings(int idle, int maxJobs, int maxInitialising, int retries) {
    return new PoolSettings(idle, maxJobs, maxInitialising, retries, Duration.ofSeconds(15));
  }

  private static PoolLogic logic(PoolSettings settings) {
    RandomGenerator random = new Random(1);
    return new PoolLogic(settings, random);
  }

  private List<Integer> starts() {
    List<Integer> numbers = new ArrayList<>();
    actions.forEach(action -> {
      if (action instanceof PoolAction.Start(int number)) {
        numbers.add(number);
      }
    });
    return numbers;
  }

  private List<Integer> stops() {
    List<Integer> numbers = new ArrayList<>();
    actions.forEach(action -> {
      if (action instanceof PoolAction.Stop(int number, StopCause cause)) {
        numbers.add(number);
      }
    });
    return numbers;
  }

  private List<String> offers() {
    List<String> offers = new ArrayList<>();
    actions.forEach(action -> {
      if (action instanceof PoolAction.Offer(int number, JobStart job)) {
        offers.add(number + ":" + job.jobId());
      }
    });
    return offers;
  }

  private JobStart offered(int number) {
    return actions.stream()
        .filter(PoolAction.Offer.class::isInstance)
        .map(PoolAction.Offer.class::cast)
        .filter(offer -> offer.number() == number)
        .findFirst()
        .orElseThrow()
        .job();
  }

  private List<String> failed() {
    List<String> failed = new ArrayList<>();
    actions.forEach(action -> {
      if (action instanceof PoolAction.FailJob(JobStart job, StopCause cause)) {
        failed.add(job.jobId());
      }
    });
    return failed;
  }
}
