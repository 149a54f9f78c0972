package io.lkagent.probe.faults;

import io.lkagent.ipc.FromChild;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What can become of the channel between a worker and its agent. */
final class ChannelFaults {
  private static final int UNREAD_PINGS = 50;
  private static final Duration AT_ONCE = Duration.ofSeconds(1);
  private static final Duration OFTEN = Duration.ofMillis(50);

  static final List<Fault> ALL =
      List.of(
          new Fault(
              "no-pings",
              Side.WORKER,
              "not one ping in two seconds, after 50 ms between them were announced",
              "lives on, and answers the next one",
              "only the channel's end means that the worker is gone",
              ChannelFaults::noPings),
          new Fault(
              "ping-during-init",
              Side.WORKER,
              "a ping right behind init",
              "answered within a second, or at least before ready",
              "a ping is answered at once and always, also while components load",
              ChannelFaults::pingDuringInit),
          new Fault(
              "slow-reader",
              Side.WORKER,
              "channel and output are not read from init on, while pings go out",
              "becomes ready, and has answered every ping in order",
              "a ping is answered by a pong with the same t, always",
              ChannelFaults::slowReader),
          closed(
              "closed-before-hello",
              "its input ends before it has said hello",
              trial -> closedAtSpawn(trial)),
          closed(
              "closed-after-init",
              "its input ends right behind init",
              trial -> closedBehindInit(trial, Duration.ZERO)),
          closed(
              "closed-during-init",
              "its input ends in the middle of its init",
              trial -> closedBehindInit(trial, trial.pace().ready().dividedBy(3))),
          closed(
              "closed-when-ready", "its input ends while it is idle", ChannelFaults::closedIdle));

  private ChannelFaults() {}

  private static Fault closed(String name, String what, Fault.Scenario scenario) {
    return new Fault(
        name,
        Side.WORKER,
        what,
        "exits 0 by itself within 2 s",
        "the end of descriptor 0 means that the worker is gone",
        scenario);
  }

  private static Seen noPings(Trial trial) throws InterruptedException {
    Life life =
        trial.start(
            Tamper.to("ping", frame -> List.of()),
            trial.settings(trial.pace().ample(), OFTEN, trial.pace().ample()));
    if (!life.ready()) {
      return trial.ended(life, "did not become ready");
    }
    boolean ended = life.await(() -> life.ended() != null, Duration.ofSeconds(2));
    return ended ? trial.ended(life, "ended for want of pings") : trial.wellThenGone(life);
  }

  private static Seen pingDuringInit(Trial trial) throws InterruptedException {
    Life life = trial.start(Tamper.NONE);
    if (!life.toldToInit()) {
      return trial.ended(life, "said no hello");
    }
    long ping = life.ping();
    boolean soon = life.await(() -> life.pongs().contains(ping), AT_ONCE);
    if (!soon && life.ready() && !life.saysBefore(FromChild.Pong.class, FromChild.Ready.class)) {
      return trial.ended(life, "answered no ping before it was ready");
    }
    return trial.wellThenGone(life);
  }

  private static Seen slowReader(Trial trial) throws InterruptedException {
    Life life = trial.start(Tamper.NONE);
    if (!life.toldToInit()) {
      return trial.ended(life, "said no hello");
    }
    life.wire().stopReading();
    List<Long> sent = new ArrayList<>();
    for (int i = 0; i < UNREAD_PINGS; i++) {
      sent.add(life.ping());
    }
    trial.rest(trial.pace().pause());
    life.wire().readAgain();
    if (!life.ready()) {
      return trial.ended(life, "did not become ready");
    }
    life.await(() -> life.pongs().containsAll(sent) || life.ended() != null);
    // The supervisor's own pings go out between them.
    List<Long> answered = life.pongs().stream().filter(sent::contains).toList();
    if (!answered.equals(sent)) {
      return trial.ended(
          life,
          answered.size() == sent.size()
              ? "answered pings out of turn"
              : "answered " + answered.size() + " of " + sent.size() + " pings");
    }
    return trial.wellThenGone(life);
  }

  private static Seen closedAtSpawn(Trial trial) throws InterruptedException {
    Life life = trial.startHeld();
    return hungUp(trial, life);
  }

  private static Seen closedBehindInit(Trial trial, Duration later) throws InterruptedException {
    Life life = trial.start(Tamper.NONE);
    if (!life.toldToInit()) {
      return trial.ended(life, "said no hello");
    }
    trial.rest(later);
    return hungUp(trial, life);
  }

  private static Seen closedIdle(Trial trial) throws InterruptedException {
    Life life = trial.start(Tamper.NONE);
    return life.ready() ? hungUp(trial, life) : trial.ended(life, "did not become ready");
  }

  private static Seen hungUp(Trial trial, Life life) throws InterruptedException {
    life.wire().hangUp();
    // Two seconds are the rule; one that has not begun yet has to come so far first.
    Duration within = Duration.ofSeconds(3).plus(trial.pace().ready().multipliedBy(3));
    return trial.orphaned(life, trial.now(), within);
  }
}
