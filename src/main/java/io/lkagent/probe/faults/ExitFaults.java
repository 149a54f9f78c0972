package io.lkagent.probe.faults;

import io.lkagent.process.ExitStatus;
import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.StopReason;
import java.time.Duration;
import java.util.List;

/** How an agent's process may end, and what it may leave behind. */
final class ExitFaults {
  private static final List<Integer> CODES = List.of(0, 3, 70, 126, 127, 255);
  private static final List<String> SIGNALS = List.of("KILL", "SEGV", "ABRT", "USR1");

  /** A lingering process in its session, and one that has made a session of its own. */
  private static final String FORKS = "sleep 300 & setsid sleep 300 & exec \"$@\"";

  static final List<Fault> ALL =
      List.of(
          new Fault(
              "exit-before-hello",
              Side.AGENT,
              "it exits with code 1 before it has said hello",
              "init-failed with the exit code, at once",
              "an end during the init is recorded with its exit",
              trial -> exits(trial, "exit 1", new ExitStatus.Exited(1))),
          new Fault(
              "exit-codes",
              Side.AGENT,
              "it exits with 0, 3, 70, 126, 127, 255",
              "init-failed with the very code",
              "an end during the init is recorded with its exit",
              ExitFaults::codes),
          new Fault(
              "killed",
              Side.AGENT,
              "SIGKILL, SIGSEGV, SIGABRT, SIGUSR1 end it",
              "init-failed with the signal's name",
              "an end by a signal is recorded with its name",
              ExitFaults::signals),
          new Fault(
              "exit-when-ready",
              Side.AGENT,
              "SIGKILL ends it while it is idle",
              "crashed, with the signal's name",
              "an end by a signal is recorded with its name",
              ExitFaults::crashes),
          new Fault(
              "lingering-fork",
              Side.AGENT,
              "it leaves processes behind, one in a session of its own",
              "they are gone when it is",
              "nothing of a job's process outlives it",
              ExitFaults::lingers));

  private ExitFaults() {}

  private static Seen exits(Trial trial, String script, ExitStatus status)
      throws InterruptedException {
    Life life = trial.startInstead(script);
    Seen seen = trial.recorded(life, StopReason.INIT_FAILED, status.words());
    ChildNews.Ended end = life.ended();
    return seen.passed() && end != null && !status.equals(end.exit())
        ? seen.but("not with " + status.words())
        : seen;
  }

  private static Seen codes(Trial trial) throws InterruptedException {
    for (int code : CODES) {
      Seen seen = exits(trial, "exit " + code, new ExitStatus.Exited(code));
      if (!seen.passed()) {
        return seen;
      }
    }
    return Seen.good("each on record: " + CODES, StopReason.INIT_FAILED);
  }

  private static Seen signals(Trial trial) throws InterruptedException {
    for (String signal : SIGNALS) {
      Life life = trial.startInstead("ulimit -c 0; kill -s " + signal + " $$; sleep 10");
      Seen seen = trial.recorded(life, StopReason.INIT_FAILED, "(SIG" + signal + ")");
      if (!seen.passed()) {
        return seen;
      }
    }
    return Seen.good("each on record: SIG" + String.join(", SIG", SIGNALS), StopReason.INIT_FAILED);
  }

  private static Seen crashes(Trial trial) throws InterruptedException {
    Life life = trial.start(Tamper.NONE);
    if (!life.ready()) {
      return trial.ended(life, "did not become ready");
    }
    life.signal("KILL");
    return trial.recorded(life, StopReason.CRASHED, "(SIGKILL)");
  }

  private static Seen lingers(Trial trial) throws InterruptedException {
    Life life = trial.wraps() ? trial.startBehind(FORKS) : trial.start(Tamper.NONE);
    if (!life.ready()) {
      return trial.ended(life, "did not become ready");
    }
    if (!trial.wraps()) {
      trial.stray(life);
    }
    // What makes a session of its own needs a moment for that.
    life.await(() -> life.left().size() > 1, Duration.ofSeconds(2));
    int before = life.left().size();
    Seen seen = trial.wellThenGone(life);
    // What is left at the end is looked for behind every fault.
    return before > 1
        ? new Seen(seen.passed(), seen.words() + "; " + (before - 1) + " others", seen.reason())
        : seen.but("nothing lingered, so nothing was proven");
  }
}
