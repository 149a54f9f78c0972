package io.lkagent.frameworks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.frameworks.HostAction.Kill;
import io.lkagent.frameworks.HostAction.Refuse;
import io.lkagent.frameworks.HostState.Down;
import io.lkagent.frameworks.HostState.Ending;
import io.lkagent.frameworks.HostState.Serving;
import io.lkagent.frameworks.HostState.Starting;
import io.lkagent.lifecycle.Machine;
import io.lkagent.lifecycle.Machine.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What follows what in a host's life, without a host. */
final class HostLifecycleTest {
  private static final HostTimes TIMES = HostTimes.of(Duration.ofSeconds(30));
  private static final Wanted FORK = new Wanted("f1", "f2", true, Machine.NEVER);

  private final HostLifecycle lifecycle = new HostLifecycle(TIMES);
  private final List<HostAction> actions = new ArrayList<>();
  private HostState state = lifecycle.initial(0);
  private long now;

  @Test
  void everyState_everyEvent_hasAStepAndAWakeUp() {
    AppFault fault = new AppFault(AppFault.Kind.HOST, "why");
    Map<String, Wanted> told = Map.of("f1", FORK.until(seconds(10)));
    List<HostState> states =
        List.of(
            lifecycle.initial(0),
            new Starting(1, 0, seconds(30), "app", List.of(FORK, question(5))),
            new Serving(1, 0, 0, seconds(5), Machine.NEVER, Map.of()),
            new Serving(1, 0, 0, seconds(5), 0, told),
            new Ending(1, 0, true, fault, seconds(2), List.of(FORK, question(5))),
            new Ending(1, 0, false, null, seconds(2), List.of()),
            new Down(1, 2, seconds(1), "why"),
            new HostState.Retired(),
            new HostState.Closed());
    List<HostEvent> events = new ArrayList<>();
    for (FromHost said : everyMessage(fault)) {
      events.add(new HostEvent.Said(1, said));
      events.add(new HostEvent.Said(0, said));
    }
    for (int generation : new int[] {0, 1}) {
      events.add(new HostEvent.SpawnFailed(generation, "no room"));
      events.add(new HostEvent.Broke(generation, "garbage"));
      events.add(new HostEvent.ChannelClosed(generation));
      events.add(new HostEvent.Exited(generation, "ended"));
    }
    events.add(new HostEvent.Tick());
    events.add(new HostEvent.CloseAsked());
    events.add(new HostEvent.Asked(new Wanted("f9", "f8", true, Machine.NEVER)));
    events.add(new HostEvent.Asked(question(5)));
    for (HostState from : states) {
      for (HostEvent event : events) {
        Step<HostState, HostAction> step = lifecycle.next(from, event, seconds(60));
        assertNotNull(step.state());
        // Ticks that leave a deadline behind them would make the loop spin.
        HostState later = lifecycle.next(step.state(), new HostEvent.Tick(), seconds(60)).state();
        HostState last = lifecycle.next(later, new HostEvent.Tick(), seconds(60)).state();
        assertTrue(lifecycle.wakeAt(last) > seconds(60), from + " " + event);
      }
    }
  }

  private static List<FromHost> everyMessage(AppFault fault) {
    return List.of(
        new FromHost.Hello(1, 7, "fake"),
        new FromHost.Hello(2, 7, "fake"),
        new FromHost.Phase("app", 1, 2),
        new FromHost.App(app(AppDescription.Mode.FORK)),
        new FromHost.App(app(AppDescription.Mode.SPAWN)),
        new FromHost.Failed(fault),
        new FromHost.Forked("f1", 8),
        new FromHost.ForkFailed("f1", "no room"),
        new FromHost.Exited(8, 9),
        new FromHost.Answered("q1", new Answer.None("")),
        new FromHost.Pong(1),
        new FromHost.Unknown("news"));
  }

  @Test
  void fork_askedWhileTheAppIsLoaded_isPassedOnceItIs() {
    send(new HostEvent.Asked(FORK));
    assertEquals(List.of(), actions);
    describe();
    assertInstanceOf(HostAction.Pass.class, actions.getLast());
    said(new FromHost.Forked("f1", 8));
    assertEquals(List.of(new HostAction.Hand("f1")), actions);
  }

  @Test
  void host_thatServedAndDied_isStartedAtOnceAndToldAgainUnderTheSpareId() {
    describe();
    send(new HostEvent.Asked(FORK));
    send(new HostEvent.Exited(1, "killed"));
    assertEquals(
        List.of(
            new HostAction.Mourn("killed"), new HostAction.Disown("f1"), new HostAction.Spawn(2)),
        actions);
    describe(2);
    HostAction.Pass passed = assertInstanceOf(HostAction.Pass.class, actions.getLast());
    assertEquals("f2", passed.wanted().id());
    send(new HostEvent.Exited(2, "killed"));
    assertTrue(actions.stream().anyMatch(Refuse.class::isInstance), actions::toString);
  }

  @Test
  void host_silentAfterAFork_isKilledAndItsEndAwaited() {
    describe();
    pass(4, new HostEvent.Asked(FORK));
    assertEquals(seconds(5), lifecycle.wakeAt(state));
    pass(3, new HostEvent.Tick());
    assertInstanceOf(Kill.class, actions.getLast());
    assertInstanceOf(Ending.class, state);
    pass(2, new HostEvent.Tick());
    assertInstanceOf(Kill.class, actions.getLast(), "again, if it is not heeded");
    said(new FromHost.Forked("f1", 8));
    assertEquals(List.of(new HostAction.Disown("f1")), actions, "it is not waited for any more");
  }

  @Test
  void host_thatTalksButDoesNotFork_isKilled() {
    describe();
    send(new HostEvent.Asked(FORK));
    for (int i = 0; i < 9; i++) {
      pass(1, new HostEvent.Said(1, new FromHost.Pong(0)));
      send(new HostEvent.Tick());
      assertInstanceOf(Serving.class, state);
    }
    pass(1, new HostEvent.Tick());
    assertInstanceOf(Kill.class, actions.getLast());
  }

  @Test
  void host_idle_isPingedAndOnlyBlamedForNoAnswer() {
    describe();
    pass(5, new HostEvent.Tick());
    assertInstanceOf(HostAction.Ping.class, actions.getLast());
    pass(2, new HostEvent.Said(1, new FromHost.Pong(0)));
    assertEquals(seconds(10), lifecycle.wakeAt(state));
    pass(3, new HostEvent.Tick());
    pass(3, new HostEvent.Tick());
    assertInstanceOf(Kill.class, actions.getLast());
  }

  @Test
  void host_dyingYoungAgainAndAgain_restsAndRefusesWithTheCause() {
    for (int generation = 1; generation <= HostLifecycle.QUICK; generation++) {
      describe(generation);
      send(new HostEvent.Exited(generation, "broke"));
      assertInstanceOf(Starting.class, state);
    }
    describe(HostLifecycle.QUICK + 1);
    send(new HostEvent.Exited(HostLifecycle.QUICK + 1, "broke"));
    assertInstanceOf(Down.class, state);
    send(new HostEvent.Asked(FORK));
    assertEquals(List.of(new Refuse(FORK, "broke")), actions);
    pass(1, new HostEvent.Tick());
    assertInstanceOf(Starting.class, state);
  }

  @Test
  void host_dyingNowAndThen_isAlwaysReplacedAtOnce() {
    for (int generation = 1; generation <= 10; generation++) {
      describe(generation);
      pass(60, new HostEvent.Exited(generation, "killed"));
      assertInstanceOf(Starting.class, state);
    }
  }

  @Test
  void start_thatFails_restsTwiceAsLongEachTimeUpToTheLongest() {
    long rest = 0;
    for (int i = 1; i <= 12; i++) {
      send(new HostEvent.Exited(i, "broke"));
      Down down = assertInstanceOf(Down.class, state);
      assertTrue(down.retryAt() - now >= rest);
      rest = down.retryAt() - now;
      now = down.retryAt();
      send(new HostEvent.Tick());
      assertEquals(List.of(new HostAction.Spawn(i + 1)), actions);
    }
    assertEquals(TIMES.longestRest().toNanos(), rest);
  }

  @Test
  void question_notAnsweredInTime_isRefusedAndTheHostGoesOn() {
    describe();
    Wanted question = question(2);
    send(new HostEvent.Asked(question));
    assertEquals(seconds(2), lifecycle.wakeAt(state));
    pass(2, new HostEvent.Tick());
    assertEquals(List.of(new Refuse(question, "no answer within the time")), actions);
    assertInstanceOf(Serving.class, state);
    said(new FromHost.Answered("q1", new Answer.No(false, "")));
    assertEquals(List.of(), actions);
  }

  @Test
  void channel_closed_givesTheExitTimeToSayMore() {
    send(new HostEvent.ChannelClosed(1));
    send(new HostEvent.Exited(1, "ended with exit code 4: no such module"));
    Down down = assertInstanceOf(Down.class, state);
    assertEquals("ended with exit code 4: no such module", down.why());
  }

  private void describe() {
    describe(1);
  }

  private void describe(int generation) {
    send(new HostEvent.Said(generation, new FromHost.App(app(AppDescription.Mode.FORK))));
    assertInstanceOf(Serving.class, state);
  }

  private void said(FromHost message) {
    send(new HostEvent.Said(1, message));
  }

  private void pass(long more, HostEvent event) {
    now += seconds(more);
    send(event);
  }

  private void send(HostEvent event) {
    Step<HostState, HostAction> step = lifecycle.next(state, event, now);
    state = step.state();
    actions.clear();
    actions.addAll(step.actions());
  }

  private static Wanted question(long deadline) {
    return new Wanted("q1", null, false, seconds(deadline));
  }

  private static AppDescription app(AppDescription.Mode mode) {
    return new AppDescription(
        "fake", "1", true, mode, "", "", false, false, AppOptions.none(), List.of(), List.of());
  }

  private static long seconds(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }
}
