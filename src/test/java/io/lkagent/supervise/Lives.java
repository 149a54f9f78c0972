package io.lkagent.supervise;

import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.JobStart;
import io.lkagent.process.ExitStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Every state that a child can be in and every event that can reach it, one of each kind. */
final class Lives {
  static final long MS = 1_000_000;
  static final long SECOND = 1000 * MS;
  static final long NOW = 100 * SECOND;
  static final long MIB = 1024 * 1024;

  static final JobStart JOB = job("AJ_1");
  static final JobStart OTHER = job("AJ_2");

  static final ChildSettings SETTINGS =
      new ChildSettings(
          Duration.ofSeconds(10),
          Duration.ofSeconds(5),
          Duration.ofSeconds(60),
          Duration.ofMillis(2500),
          Duration.ofSeconds(60),
          Duration.ofMillis(500),
          512 * MIB,
          1024 * MIB,
          Map.of("voice", "low"));

  private Lives() {}

  static JobStart job(String id) {
    return new JobStart(
        id,
        "AD_1",
        "agent",
        "",
        Map.of(),
        new JobStart.Room("room", "RM_1", ""),
        "agent-" + id,
        "ws://127.0.0.1:7880",
        "token",
        JobStart.MEDIA_LIVEKIT,
        0);
  }

  static Vitals vitals() {
    return Vitals.born(NOW - SECOND, NOW + SECOND);
  }

  static StopCause cause(StopReason reason) {
    return new StopCause(reason, "so it was");
  }

  /** Each state, with and without what it may hold. */
  static List<ChildState> states() {
    List<ChildState> states = new ArrayList<>();
    long deadline = NOW + 9 * SECOND;
    states.add(new ChildState.Spawning(NOW - SECOND, deadline, null));
    states.add(new ChildState.Spawning(NOW, deadline, cause(StopReason.NOT_NEEDED)));
    states.add(new ChildState.Starting(NOW - SECOND, deadline, false, "", Long.MAX_VALUE));
    states.add(new ChildState.Starting(NOW - SECOND, deadline, true, "vad", NOW + SECOND));
    states.add(new ChildState.Starting(NOW - 20 * SECOND, NOW - 1, true, "vad", NOW - 1));
    for (long at : new long[] {NOW, NOW - 61 * SECOND}) {
      Vitals vitals = Vitals.born(at, at + SECOND);
      states.add(new ChildState.Idle(vitals));
      states.add(new ChildState.Checking(vitals, JOB, at, at + 500 * MS));
      states.add(new ChildState.Assigned(vitals, JOB, at + 5 * SECOND));
      states.add(new ChildState.Running(vitals, JOB, at));
      states.add(new ChildState.Finishing(vitals, JOB, cause(StopReason.JOB_DONE), at + SECOND));
      states.add(new ChildState.Stopping(cause(StopReason.NOT_NEEDED), null, false, at));
      states.add(new ChildState.Stopping(cause(StopReason.CHANNEL_CLOSED), JOB, false, at));
      states.add(new ChildState.Stopping(cause(StopReason.DRAINED), JOB, true, at));
      states.add(new ChildState.Killing(cause(StopReason.INIT_TIMEOUT), null, false, at));
      states.add(new ChildState.Killing(cause(StopReason.START_TIMEOUT), JOB, false, at));
      states.add(new ChildState.Killing(cause(StopReason.UNRESPONSIVE), JOB, true, at));
    }
    states.add(new ChildState.Reaping(cause(StopReason.CRASHED), new ExitStatus.Exited(1)));
    states.add(new ChildState.Gone(cause(StopReason.CRASHED), new ExitStatus.Exited(1)));
    return states;
  }

  /** Each event; received messages count as events of their own. */
  static List<ChildEvent> events() {
    List<ChildEvent> events = new ArrayList<>();
    events.add(new ChildEvent.Tick());
    events.add(new ChildEvent.Spawned(4711));
    events.add(new ChildEvent.SpawnFailed("no room"));
    messages().forEach(message -> events.add(new ChildEvent.Received(message)));
    events.add(new ChildEvent.Garbage("?"));
    events.add(new ChildEvent.ChannelClosed());
    for (boolean oom : new boolean[] {false, true}) {
      events.add(new ChildEvent.Exited(new ExitStatus.Exited(0), oom));
      events.add(new ChildEvent.Exited(ExitStatus.ofSignal(9), oom));
    }
    events.add(new ChildEvent.SessionEnded());
    events.add(new ChildEvent.Offered(OTHER));
    for (StopReason reason : StopReason.values()) {
      events.add(new ChildEvent.StopAsked(cause(reason)));
      events.add(new ChildEvent.KillAsked(cause(reason)));
    }
    events.add(new ChildEvent.MemoryRead(100 * MIB));
    events.add(new ChildEvent.MemoryRead(600 * MIB));
    events.add(new ChildEvent.MemoryRead(2000 * MIB));
    return events;
  }

  static List<FromChild> messages() {
    return List.of(
        new FromChild.Hello(1, 4711, "test"),
        new FromChild.Hello(2, 4711, "test"),
        new FromChild.Phase("vad", 0, 1, true, null),
        new FromChild.Ready(),
        new FromChild.Failed("no model"),
        new FromChild.Pong(NOW),
        new FromChild.Pong(NOW - 61 * SECOND),
        new FromChild.Pong(7),
        new FromChild.Running(),
        new FromChild.Activity(2, 30),
        new FromChild.Degraded("vad", "no model"),
        new FromChild.Done(true, "bye"),
        new FromChild.Done(false, "oh"),
        new FromChild.Unknown("later"));
  }
}
