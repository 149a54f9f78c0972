package io.lkagent.supervise;

import static io.lkagent.supervise.Lives.NOW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.JobStart;
import io.lkagent.ipc.ToChild;
import io.lkagent.lifecycle.Machine;
import io.lkagent.lifecycle.Machine.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What holds for every state and every event of a child's life. */
final class ChildTableTest {
  private final ChildLifecycle lifecycle = new ChildLifecycle(Lives.SETTINGS);

  @Test
  void samples_everyKindOfStateEventAndMessage_isThere() {
    assertEquals(leaves(ChildState.class), kinds(Lives.states()));
    assertEquals(leaves(ChildEvent.class), kinds(Lives.events()));
    assertEquals(leaves(FromChild.class), kinds(Lives.messages()));
  }

  @TestFactory
  Stream<DynamicTest> table_everyStateAndEvent_holdsTheRules() {
    return Lives.states().stream()
        .map(state -> DynamicTest.dynamicTest(state.toString(), () -> all(state, this::holds)));
  }

  private void all(ChildState state, BiConsumer<ChildState, ChildEvent> rule) {
    List<ChildEvent> events = Lives.events();
    assertTrue(events.size() > 50);
    events.forEach(event -> rule.accept(state, event));
  }

  private void holds(ChildState state, ChildEvent event) {
    Step<ChildState, ChildAction> step = lifecycle.next(state, event, NOW);
    String pair = state + " on " + event + " gave " + step;
    jobsAreKept(state, event, step, pair);
    endIsToldOnce(state, step, pair);
    killsAreRecorded(step, pair);
    refusalsRefuse(state, event, step, pair);
    onlyTheLivingAreSpokenTo(state, step, pair);
    timePasses(state, event, step, pair);
  }

  /** Each job that was held or offered is held by the next state or told of once, never both. */
  private static void jobsAreKept(
      ChildState state, ChildEvent event, Step<ChildState, ChildAction> step, String pair) {
    List<JobStart> before = new ArrayList<>();
    add(before, job(state));
    if (event instanceof ChildEvent.Offered(JobStart offered)) {
      before.add(offered);
    }
    List<JobStart> after = new ArrayList<>();
    add(after, job(step.state()));
    for (ChildNews news : news(step)) {
      if (news instanceof ChildNews.JobReturned(JobStart job, StopCause cause)) {
        after.add(job);
      } else if (news instanceof ChildNews.Ended ended) {
        add(after, ended.job());
      }
    }
    assertEquals(ids(before), ids(after), pair);
  }

  private static void endIsToldOnce(
      ChildState state, Step<ChildState, ChildAction> step, String pair) {
    boolean over = over(state);
    long told = news(step).stream().filter(ChildNews.Ended.class::isInstance).count();
    assertEquals(!over && over(step.state()) ? 1 : 0, told, pair);
    assertFalse(over && !over(step.state()), pair);
    long cleared = news(step).stream().filter(ChildNews.Cleared.class::isInstance).count();
    boolean gone = step.state() instanceof ChildState.Gone && !(state instanceof ChildState.Gone);
    assertEquals(gone ? 1 : 0, cleared, pair);
    long ended = step.actions().stream().filter(ChildAction.EndSession.class::isInstance).count();
    boolean reaps =
        step.state() instanceof ChildState.Reaping && !(state instanceof ChildState.Reaping);
    assertEquals(reaps ? 1 : 0, ended, pair);
  }

  /** The reason stands in the state before the signal is sent. */
  private static void killsAreRecorded(Step<ChildState, ChildAction> step, String pair) {
    for (ChildAction action : step.actions()) {
      if (action instanceof ChildAction.Kill(StopCause cause)) {
        assertTrue(step.state() instanceof ChildState.Killing k && k.cause().equals(cause), pair);
      }
    }
  }

  /** An impossible event changes nothing and is complained about; no other is. */
  private static void refusalsRefuse(
      ChildState state, ChildEvent event, Step<ChildState, ChildAction> step, String pair) {
    boolean complained = step.actions().stream().anyMatch(ChildAction.Complain.class::isInstance);
    assertEquals(impossible(state, event), complained, pair);
    if (complained) {
      assertEquals(Step.of(state, new ChildAction.Complain(state, event)), step, pair);
    }
    if (event instanceof ChildEvent.Offered && !(state instanceof ChildState.Idle)) {
      assertEquals(state, step.state(), pair);
      assertTrue(news(step).getFirst() instanceof ChildNews.JobReturned, pair);
    }
  }

  private static boolean impossible(ChildState state, ChildEvent event) {
    return switch (event) {
      case ChildEvent.Spawned e -> !(state instanceof ChildState.Spawning) && !gone(state);
      case ChildEvent.SpawnFailed e -> !(state instanceof ChildState.Spawning) && !gone(state);
      case ChildEvent.SessionEnded e -> !(state instanceof ChildState.Reaping) && !gone(state);
      case ChildEvent.Exited e ->
          state instanceof ChildState.Spawning || state instanceof ChildState.Reaping;
      case ChildEvent.Received e -> state instanceof ChildState.Spawning;
      case ChildEvent.Garbage e -> state instanceof ChildState.Spawning;
      case ChildEvent.ChannelClosed e -> state instanceof ChildState.Spawning;
      case ChildEvent.Tick e -> false;
      case ChildEvent.Offered e -> false;
      case ChildEvent.StopAsked e -> false;
      case ChildEvent.KillAsked e -> false;
      case ChildEvent.MemoryRead e -> false;
    };
  }

  private static void onlyTheLivingAreSpokenTo(
      ChildState state, Step<ChildState, ChildAction> step, String pair) {
    boolean unheard =
        state instanceof ChildState.Spawning
            || state instanceof ChildState.Stopping
            || state instanceof ChildState.Killing
            || over(state);
    for (ChildAction action : step.actions()) {
      assertFalse(unheard && action instanceof ChildAction.Send, pair);
      assertFalse(over(state) && action instanceof ChildAction.Kill, pair);
      if (action instanceof ChildAction.Send(ToChild.Start start)) {
        assertTrue(state instanceof ChildState.Idle, pair);
        assertTrue(step.state() instanceof ChildState.Checking, pair);
      }
    }
  }

  /** A tick at the time that the state asked for moves that time on: no loop spins. */
  private void timePasses(
      ChildState state, ChildEvent event, Step<ChildState, ChildAction> step, String pair) {
    long wake = lifecycle.wakeAt(step.state());
    if (wake != Machine.NEVER) {
      long at = Math.max(NOW, wake);
      ChildState after = lifecycle.next(step.state(), new ChildEvent.Tick(), at).state();
      assertTrue(lifecycle.wakeAt(after) > at, pair);
    }
    if (!(event instanceof ChildEvent.Tick) && gone(state)) {
      assertEquals(state, step.state(), pair);
    }
    boolean waitsForever = wake == Machine.NEVER && !(step.state() instanceof ChildState.Spawning);
    assertEquals(over(step.state()), waitsForever, pair);
  }

  private static boolean gone(ChildState state) {
    return state instanceof ChildState.Gone;
  }

  private static boolean over(ChildState state) {
    return gone(state) || state instanceof ChildState.Reaping;
  }

  private static @Nullable JobStart job(ChildState state) {
    return switch (state) {
      case ChildState.Serving s -> s.job();
      case ChildState.Stopping s -> s.job();
      case ChildState.Killing s -> s.job();
      case ChildState.Spawning s -> null;
      case ChildState.Starting s -> null;
      case ChildState.Reaping s -> null;
      case ChildState.Gone s -> null;
    };
  }

  private static void add(List<JobStart> jobs, @Nullable JobStart job) {
    if (job != null) {
      jobs.add(job);
    }
  }

  private static List<String> ids(List<JobStart> jobs) {
    return jobs.stream().map(JobStart::jobId).sorted().toList();
  }

  private static List<ChildNews> news(Step<ChildState, ChildAction> step) {
    List<ChildNews> news = new ArrayList<>();
    for (ChildAction action : step.actions()) {
      if (action instanceof ChildAction.Tell(ChildNews told)) {
        news.add(told);
      }
    }
    return news;
  }

  private static Set<Class<?>> kinds(List<?> samples) {
    Set<Class<?>> kinds = new HashSet<>();
    samples.forEach(sample -> kinds.add(sample.getClass()));
    return kinds;
  }

  private static Set<Class<?>> leaves(Class<?> sealed) {
    Set<Class<?>> leaves = new HashSet<>();
    Class<?>[] permitted = sealed.getPermittedSubclasses();
    if (permitted == null) {
      leaves.add(sealed);
    } else {
      Arrays.stream(permitted).forEach(each -> leaves.addAll(leaves(each)));
    }
    return leaves;
  }
}
