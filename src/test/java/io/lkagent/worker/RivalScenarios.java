package io.lkagent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.RawWorker;
import io.lkagent.testing.RealLiveKit;
import io.lkagent.testing.WorkerUnderTest;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import livekit.LivekitAgent.Job;
import livekit.LivekitAgent.ServerMessage;
import org.junit.jupiter.api.Test;

/** Our worker beside others of its agent's name, and before any of them is there. */
abstract class RivalScenarios extends ScenarioSupport {
  /** How long a server waits for an answer, and a little more. */
  private static final Duration BUDGET = Duration.ofMillis(3300);

  @Test
  void dispatchBeforeAnyWorker_isNotServedByTheOneThatComes_theNextIs() throws Exception {
    api().createDispatch(name(), name(), "too early");
    // The real server may still be asking around for names.
    Time.raw().sleep(server() instanceof RealLiveKit ? Duration.ofSeconds(6) : Duration.ZERO);
    try (WorkerUnderTest worker = worker(s -> s)) {
      never(List.of(worker), () -> !worker.running().isEmpty());
      String next = api().createDispatch(name(), name(), "").getId();
      assertEquals(next, onlyOneRunning(worker).dispatchId());
    }
  }

  @Test
  void silentRival_itsJobIsLost_andOursServesTheNextDispatch() throws Exception {
    try (RawWorker rival = RawWorker.registered(server(), name());
        WorkerUnderTest ours = worker(s -> s)) {
      String room = askedOf(rival, ours).getRoom().getName();
      int served = ours.running().size();
      rival.silent(BUDGET);
      never(List.of(ours), () -> ours.running().size() > served);
      rival.socket().close();
      api().createDispatch(room, name(), "");
      ours.awaitRunning(served + 1);
      assertTrue(rooms(ours).contains(room));
    }
  }

  @Test
  void rivalDeclines_oursIsAsked_rivalTerminates_oursIsNot() throws Exception {
    try (RawWorker rival = RawWorker.registered(server(), name());
        WorkerUnderTest ours = worker(s -> s)) {
      Job declined = askedOf(rival, ours);
      int served = ours.running().size();
      rival.decline(declined);
      ours.awaitRunning(served + 1);
      assertTrue(rooms(ours).contains(declined.getRoom().getName()));
      Job terminated = askedOf(rival, ours);
      int before = ours.running().size();
      rival.terminate(terminated);
      never(List.of(ours), () -> ours.running().size() > before);
    }
  }

  /** Makes rooms until the rival is asked for one; ours serves those before. */
  private Job askedOf(RawWorker rival, WorkerUnderTest ours) {
    for (int i = 0; i < 20; i++) {
      int before = ours.running().size();
      api().createRoom(name() + "-" + Long.toHexString(Time.raw().nanos()), name());
      List<Job> asked = new ArrayList<>();
      eventually(
          ours,
          () -> {
            ServerMessage message = rival.poll(Duration.ofMillis(20));
            if (message != null) {
              asked.add(message.getAvailability().getJob());
            }
            return !asked.isEmpty() || ours.running().size() > before;
          });
      if (!asked.isEmpty()) {
        return asked.getFirst();
      }
    }
    throw new AssertionError("the rival was never asked: " + ours.news());
  }

  @Test
  void twoOfOurs_theFullerOneGetsFewer_andAFullOneNothing() throws Exception {
    try (WorkerUnderTest fuller = worker(s -> s.pool(1, 4))) {
      IntStream.range(0, 3).forEach(i -> api().createRoom(name() + "-first-" + i, name()));
      fuller.awaitRunning(3);
      try (WorkerUnderTest idle = worker(s -> s.pool(2, 20))) {
        assertTrue(fuller.worker().load() > idle.worker().load() + 0.5);
        IntStream.range(0, 6).forEach(i -> api().createRoom(name() + "-" + i, name()));
        eventually(idle, () -> fuller.running().size() + idle.running().size() == 9);
        assertTrue(fuller.running().size() <= 4);
        assertTrue(idle.running().size() >= 5);
      }
    }
  }
}
