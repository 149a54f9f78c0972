package io.lkagent.lifecycle;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StateLoopTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private final HandTime time = new HandTime();
  private final List<String> performed = new CopyOnWriteArrayList<>();

  @Test
  void loop_eventsOfOneSender_areTakenInOrder() {
    StateLoop<String, String, String> loop = started(new Recorder(Machine.NEVER));
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      sent.add("e" + i);
      loop.send("e" + i);
    }
    loop.send("end");
    assertTrue(loop.awaitEnd(SOON));
    assertEquals(sent, performed);
    assertEquals("end", loop.state());
  }

  @Test
  void sendNow_nothingInTheWay_takesTheTurnOnTheCallersThread() {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    Recorder machine =
        new Recorder(Machine.NEVER) {
          @Override
          public void perform(String action) {
            threads.add(Thread.currentThread());
            super.perform(action);
          }
        };
    StateLoop<String, String, String> loop = started(machine);
    // The loop's own thread may be just about to wait.
    eventually(
        SOON,
        () -> {
          loop.sendNow("now");
          return threads.contains(Thread.currentThread());
        });
    end(loop);
  }

  @Test
  void sendNow_besideOtherSenders_losesNothingAndKeepsEachSendersOrder()
      throws InterruptedException {
    StateLoop<String, String, String> loop = started(new Recorder(Machine.NEVER));
    List<Thread> senders = new ArrayList<>();
    for (String name : List.of("a", "b", "c")) {
      senders.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < 2000; i++) {
                  if (i % 3 == 0) {
                    loop.send(name + i);
                  } else {
                    loop.sendNow(name + i);
                  }
                }
              }));
    }
    for (Thread sender : senders) {
      assertTrue(sender.join(SOON));
    }
    end(loop);
    assertEquals(6000, performed.size());
    for (String name : List.of("a", "b", "c")) {
      List<String> own = performed.stream().filter(event -> event.startsWith(name)).toList();
      assertEquals(2000, own.size());
      for (int i = 0; i < own.size(); i++) {
        assertEquals(name + i, own.get(i));
      }
    }
  }

  @Test
  void sendNow_fromWithinATurn_waitsUntilThatTurnIsOver() {
    Recorder machine = new Recorder(Machine.NEVER);
    StateLoop<String, String, String> loop = started(machine);
    AtomicLong after = new AtomicLong();
    machine.resend =
        () -> {
          machine.resend = () -> {};
          loop.sendNow("inner");
          after.set(performed.size());
        };
    loop.sendNow("outer");
    end(loop);
    assertEquals(List.of("outer", "inner"), performed);
    assertTrue(after.get() <= 1, "the inner turn was taken within the outer one");
  }

  @Test
  void sendNow_nearerDeadline_isKeptThoughTheLoopWaitsForAnother() {
    Recorder machine =
        new Recorder(Machine.NEVER) {
          @Override
          public long wakeAt(String state) {
            return state.equals("soon") ? 1_000_000 : Machine.NEVER;
          }
        };
    time.now.set(2_000_000);
    StateLoop<String, String, String> loop = started(machine);
    loop.sendNow("soon");
    eventually(SOON, () -> performed.contains("tick"));
    end(loop);
  }

  @Test
  void loop_wakeTimeReached_ticks() {
    time.now.set(0);
    StateLoop<String, String, String> loop = started(new Recorder(1_000_000));
    time.now.set(1_000_000);
    eventually(SOON, () -> performed.contains("tick"));
    end(loop);
  }

  @Test
  void loop_ownClockStandsStill_doesNotTickEarly() throws InterruptedException {
    StateLoop<String, String, String> loop = started(new Recorder(1_000_000));
    // The loop looks at its clock again and again (each wait ends after 1 ms) and must not tick.
    long looks = time.reads.get();
    eventually(SOON, () -> time.reads.get() > looks + 20);
    assertEquals(List.of(), performed);
    end(loop);
  }

  @Test
  void loop_floodOfEvents_doesNotHoldUpATickThatIsDue() {
    CountDownLatch gate = new CountDownLatch(1);
    Recorder machine =
        new Recorder(5) {
          @Override
          public void perform(String action) {
            if (action.equals("gate")) {
              awaitQuietly(gate);
            }
            super.perform(action);
          }
        };
    StateLoop<String, String, String> loop = started(machine);
    loop.send("gate");
    for (int i = 0; i < 10; i++) {
      loop.send("before");
    }
    time.now.set(10);
    machine.resend = () -> loop.send("after");
    gate.countDown();
    eventually(SOON, () -> performed.contains("tick"));
    assertTrue(performed.indexOf("tick") >= 11, "queued before it was due: " + performed);
    assertTrue(performed.indexOf("tick") <= 12, "held up by later events: " + performed);
    machine.resend = () -> {};
    end(loop);
  }

  @Test
  void loop_actionFails_goesOnWithTheNextAction() {
    StateLoop<String, String, String> loop = started(new Recorder(Machine.NEVER));
    loop.send("fail");
    loop.send("next");
    end(loop);
    assertEquals(List.of("next"), performed);
    assertTrue(loop.failed().isEmpty());
  }

  @Test
  void loop_noStepForAnEvent_keepsItsStateAndGoesOn() {
    StateLoop<String, String, String> loop = started(new Recorder(Machine.NEVER));
    loop.send("one");
    loop.send("unknown");
    eventually(SOON, () -> performed.contains("one"));
    loop.send("two");
    end(loop);
    assertEquals(List.of("one", "two"), performed);
  }

  @Test
  void loop_noStepForATick_restsInsteadOfSpinning() {
    AtomicLong ticks = new AtomicLong();
    Recorder machine =
        new Recorder(0) {
          @Override
          public Step<String, String> next(String state, String event, long now) {
            if (event.equals("tick")) {
              ticks.incrementAndGet();
              throw new IllegalStateException("no step for a tick");
            }
            return super.next(state, event, now);
          }
        };
    StateLoop<String, String, String> loop = started(machine);
    eventually(SOON, () -> ticks.get() > 0);
    loop.send("still heard");
    eventually(SOON, () -> performed.contains("still heard"));
    assertEquals(1, ticks.get());
    end(loop);
  }

  @Test
  void failed_errorInAnAction_isVisibleAndTheLoopGoesOn() {
    StateLoop<String, String, String> loop = started(new Recorder(Machine.NEVER));
    loop.send("error");
    loop.send("next");
    end(loop);
    assertEquals(List.of("next"), performed);
    assertInstanceOf(StackOverflowError.class, loop.failed().orElseThrow());
  }

  @Test
  void failed_machineBreaksTheLoopItself_isVisibleAndEnds() {
    StateLoop<String, String, String> loop =
        started(
            new Recorder(Machine.NEVER) {
              @Override
              public boolean finished(String state) {
                throw new IllegalStateException("broken");
              }
            });
    assertTrue(loop.awaitEnd(SOON));
    assertInstanceOf(IllegalStateException.class, loop.failed().orElseThrow());
  }

  @Test
  void awaitEnd_machineGoesOn_saysSoInTime() {
    StateLoop<String, String, String> loop = started(new Recorder(Machine.NEVER));
    assertFalse(loop.awaitEnd(Duration.ofMillis(20)));
    end(loop);
  }

  @Test
  void standsStill_turnThatNeverEnds_isSeen() {
    CountDownLatch gate = new CountDownLatch(1);
    StateLoop<String, String, String> loop =
        started(
            new Recorder(Machine.NEVER) {
              @Override
              public void perform(String action) {
                performed.add(action);
                awaitQuietly(gate);
              }
            });
    assertFalse(loop.standsStill(Duration.ofSeconds(10)));
    loop.send("stuck");
    eventually(SOON, () -> performed.contains("stuck"));
    assertFalse(loop.standsStill(Duration.ofSeconds(10)));
    time.now.set(Duration.ofSeconds(11).toNanos());
    assertTrue(loop.standsStill(Duration.ofSeconds(10)));
    gate.countDown();
    eventually(SOON, () -> !loop.standsStill(Duration.ofSeconds(10)));
    end(loop);
  }

  private StateLoop<String, String, String> started(Machine<String, String, String> machine) {
    return new StateLoop<>("loop under test", time, "start", machine).start();
  }

  private static void end(StateLoop<String, String, String> loop) {
    loop.send("end");
    assertTrue(loop.awaitEnd(SOON));
    loop.send("dropped");
  }

  private static void awaitQuietly(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Does what each event's name says; ends at "end". */
  private class Recorder implements Machine<String, String, String> {
    private final long wakeAt;
    private volatile Runnable resend = () -> {};
    private volatile boolean ticked;

    Recorder(long wakeAt) {
      this.wakeAt = wakeAt;
    }

    @Override
    public Step<String, String> next(String state, String event, long now) {
      resend.run();
      return switch (event) {
        case "unknown" -> throw new IllegalStateException("unknown");
        case "end" -> Step.of("end");
        case "tick" -> {
          ticked = true;
          yield Step.of(event, event);
        }
        default -> Step.of(event, event);
      };
    }

    @Override
    public long wakeAt(String state) {
      return ticked ? NEVER : wakeAt;
    }

    @Override
    public String tick() {
      return "tick";
    }

    @Override
    public boolean finished(String state) {
      return state.equals("end");
    }

    @Override
    public void perform(String action) {
      switch (action) {
        case "fail" -> throw new IllegalStateException("an action that fails");
        case "error" -> throw new StackOverflowError("an action that breaks");
        default -> performed.add(action);
      }
    }
  }

  /** A clock that a test sets by hand. */
  private static final class HandTime implements Time {
    private final AtomicLong now = new AtomicLong();
    private final AtomicLong reads = new AtomicLong();

    @Override
    public long nanos() {
      reads.incrementAndGet();
      return now.get();
    }

    @Override
    public Instant wall() {
      return Instant.EPOCH;
    }

    @Override
    public void sleep(Duration duration) {
      now.addAndGet(duration.toNanos());
    }
  }
}
