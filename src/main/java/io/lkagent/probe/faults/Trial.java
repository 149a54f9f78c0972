package io.lkagent.probe.faults;

import io.lkagent.ipc.JobStart;
import io.lkagent.probe.Family;
import io.lkagent.probe.ProbeTarget;
import io.lkagent.process.ExitStatus;
import io.lkagent.process.OsProcess;
import io.lkagent.process.ProcessSpec;
import io.lkagent.process.ProcessStarter;
import io.lkagent.process.SpawnException;
import io.lkagent.protocol.SampleJob;
import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.ChildSettings;
import io.lkagent.supervise.StopReason;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** What one fault is made with: processes of the agent, each under a supervisor of its own. */
final class Trial {
  /** Often, so that a fault need not wait for the next one. */
  private static final Duration PING_EVERY = Duration.ofMillis(200);

  private final ProbeTarget target;
  private final ProcessStarter standIns;
  private final Pace pace;
  private final Time time;
  private final List<Life> lives = new CopyOnWriteArrayList<>();
  private final List<OsProcess> strays = new CopyOnWriteArrayList<>();

  /**
   * @param standIns starts what takes the place of the agent's process
   */
  Trial(ProbeTarget target, ProcessStarter standIns, Pace pace, Time time) {
    this.target = target;
    this.standIns = standIns;
    this.pace = pace;
    this.time = time;
  }

  Pace pace() {
    return pace;
  }

  Family family() {
    return target.family();
  }

  /** Whether each process can be started behind another command; an app's are its host's. */
  boolean wraps() {
    return target.load() == null;
  }

  void rest(Duration how) {
    time.sleep(how);
  }

  /** Settings that a good agent never notices. */
  ChildSettings settings() {
    return settings(pace.ample(), PING_EVERY, pace.ample());
  }

  ChildSettings settings(Duration init, Duration pingInterval, Duration pingTimeout) {
    return new ChildSettings(
        init,
        pace.ample(),
        pace.ample(),
        pingInterval,
        pingTimeout,
        pace.ample(),
        0,
        0,
        target.settings().options());
  }

  Life start(Tamper tamper) {
    return start(tamper, settings());
  }

  Life start(Tamper tamper, ChildSettings settings) {
    return begin(target.spec(), target.starter(), settings, tamper, false);
  }

  /** Starts it with all frames to the agent held. */
  Life startHeld() {
    return begin(target.spec(), target.starter(), settings(), Tamper.NONE, true);
  }

  /** Starts it behind a shell script, whose {@code "$@"} is the agent's own command line. */
  Life startBehind(String script) {
    List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", script, "sh"));
    command.addAll(target.spec().command());
    return begin(
        with(command), wraps() ? target.starter() : standIns, settings(), Tamper.NONE, false);
  }

  /** Starts a shell script in the agent's place. */
  Life startInstead(String script) {
    return begin(with(List.of("/bin/sh", "-c", script)), standIns, settings(), Tamper.NONE, false);
  }

  private ProcessSpec with(List<String> command) {
    ProcessSpec spec = target.spec();
    return new ProcessSpec(command, spec.environment(), spec.withheld(), spec.workingDirectory());
  }

  private Life begin(
      ProcessSpec spec,
      ProcessStarter starter,
      ChildSettings settings,
      Tamper tamper,
      boolean holding) {
    Life life = new Life(spec, starter, settings, tamper, holding, pace.ample(), time);
    lives.add(life);
    return life.start();
  }

  /** A process in a session of its own that is marked as a descendant of {@code life}. */
  void stray(Life life) throws InterruptedException {
    String mark = OsProcess.ID_VARIABLE + "=" + life.id();
    try {
      strays.add(standIns.start(with(List.of("/usr/bin/env", mark, "sleep", "300"))));
    } catch (SpawnException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** A job in a room of a server that is not there. */
  JobStart job() {
    String room = "probe";
    long now = time.wall().toEpochMilli();
    return new JobStart(
        "AJ_probe",
        "AD_probe",
        "",
        "{}",
        Map.of(),
        new JobStart.Room(room, "RM_probe", ""),
        "agent-AJ_probe",
        "ws://127.0.0.1:1",
        "no-token",
        JobStart.MEDIA_LIVEKIT,
        0,
        target.load() == null
            ? null
            : new JobStart.App(
                Base64.getEncoder().encodeToString(SampleJob.bytes("AJ_probe", room, "RM_probe")),
                "AW_probe",
                "",
                "",
                Map.of(),
                now,
                now,
                now));
  }

  /** What a fault comes to after which the agent should be as well as ever, and end when asked. */
  Seen wellThenGone(Life life) throws InterruptedException {
    if (!life.ready()) {
      return ended(life, "did not become ready");
    }
    if (!life.answers()) {
      return ended(life, "left a ping unanswered");
    }
    life.stop();
    return inOrder(life, "ready, answered a ping, ended when asked");
  }

  /** Its end when it was asked to: by itself, with exit code 0. */
  Seen inOrder(Life life, String words) throws InterruptedException {
    ChildNews.Ended end = life.end();
    if (end == null) {
      return ended(life, "did not end when asked");
    }
    if (end.cause().reason() != StopReason.NOT_NEEDED
        || !new ExitStatus.Exited(0).equals(end.exit())) {
      return ended(life, "did not end in order");
    }
    return Seen.good(words, end.cause().reason());
  }

  /** Its end when the worker is gone: by itself, in time, with exit code 0. */
  Seen orphaned(Life life, long since, Duration within) throws InterruptedException {
    ChildNews.Ended end = life.end();
    if (end == null) {
      return ended(life, "lived on");
    }
    long took = time.nanos() - since;
    if (took > within.toNanos()) {
      return ended(life, "lived on for " + millis(took));
    }
    return new ExitStatus.Exited(0).equals(end.exit())
        ? Seen.good("ended by itself after " + millis(took), end.cause().reason())
        : ended(life, "did not exit with 0");
  }

  long now() {
    return time.nanos();
  }

  private static String millis(long nanos) {
    return Duration.ofNanos(nanos).toMillis() + " ms";
  }

  /** Something that should not be, with how the process ended, if it did. */
  Seen ended(Life life, String wrong) {
    ChildNews.Ended end = life.ended();
    String said = life.lastWords();
    String words = wrong + (end == null ? "" : ": " + how(end));
    return Seen.bad(
        said.isEmpty() ? words : words + "; its last words: " + said,
        end == null ? "" : end.cause().reason().text());
  }

  /** The worker's words for an end, with the exit where they leave it out. */
  static String how(ChildNews.Ended end) {
    String words = end.cause().words();
    @Nullable ExitStatus exit = end.exit();
    return exit == null || words.contains(exit.words()) ? words : words + "; " + exit.words();
  }

  /** Waits for an end that the supervisor has to give this reason, and these words if any. */
  Seen recorded(Life life, StopReason reason, String detail) throws InterruptedException {
    ChildNews.Ended end = life.end();
    if (end == null) {
      return ended(life, "lived on");
    }
    if (end.cause().reason() != reason || !end.cause().detail().contains(detail)) {
      return ended(life, "recorded otherwise");
    }
    return Seen.good(how(end), reason);
  }

  /** Ends whatever was started; what was left of it although it should have been gone. */
  Seen clear(Seen seen) throws InterruptedException {
    List<Long> left = new ArrayList<>();
    for (Life life : lives) {
      left.addAll(life.clear());
    }
    strays.forEach(OsProcess::kill);
    return left.isEmpty() ? seen : seen.but("left processes behind: " + left);
  }

  /** Ends everything at once. */
  void abort() {
    lives.forEach(Life::kill);
    strays.forEach(OsProcess::kill);
  }
}
