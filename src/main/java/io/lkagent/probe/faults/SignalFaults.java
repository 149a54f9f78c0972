package io.lkagent.probe.faults;

import io.lkagent.ipc.FromChild;
import io.lkagent.probe.Family;
import io.lkagent.process.ExitStatus;
import io.lkagent.supervise.ChildNews;
import java.util.List;

/** What somebody else can send an agent. */
final class SignalFaults {
  private static final String ONLY_THE_WORKER =
      "SIGINT, SIGTERM and SIGHUP are ignored: only the worker ends an agent";
  private static final String DUMP =
      "SIGUSR1, as LiveKit's Python framework sends it to a start that takes too long;"
          + " SIGQUIT to a JVM";

  static final List<Fault> ALL =
      List.of(
          ignored("TERM", "SIGTERM during init, as a container's stop sends it to all"),
          ignored("INT", "SIGINT during init, as Ctrl-C sends it"),
          ignored("HUP", "SIGHUP during init, as a closed terminal sends it"),
          new Fault(
              "stopped-during-init",
              Side.WORKER,
              "SIGSTOP at hello, SIGCONT half a second later",
              "becomes ready",
              "time in which a process was stopped is nobody's fault",
              trial -> {
                Life life = trial.start(Tamper.NONE);
                return life.says(FromChild.Hello.class)
                    ? stopped(trial, life)
                    : trial.ended(life, "said no hello");
              }),
          new Fault(
              "stopped-when-ready",
              Side.WORKER,
              "SIGSTOP while idle, SIGCONT half a second later",
              "answers pings again",
              "time in which a process was stopped is nobody's fault",
              trial -> {
                Life life = trial.start(Tamper.NONE);
                return life.ready()
                    ? stopped(trial, life)
                    : trial.ended(life, "did not become ready");
              }),
          new Fault(
              "dump-during-init",
              Side.WORKER,
              "a dump signal during init: " + DUMP,
              "becomes ready, or the signal is on record as the cause; a JVM lives on",
              "an end by a signal is recorded with its name",
              trial -> {
                Life life = trial.start(Tamper.NONE);
                return life.says(FromChild.Hello.class)
                    ? dumped(trial, life)
                    : trial.ended(life, "said no hello");
              }),
          new Fault(
              "dump-when-ready",
              Side.WORKER,
              "the same signal while idle",
              "answers pings, or the signal is on record as the cause; a JVM lives on",
              "an end by a signal is recorded with its name",
              trial -> {
                Life life = trial.start(Tamper.NONE);
                return life.ready()
                    ? dumped(trial, life)
                    : trial.ended(life, "did not become ready");
              }));

  private SignalFaults() {}

  private static Fault ignored(String signal, String what) {
    return new Fault(
        "sig" + signal.toLowerCase(java.util.Locale.ROOT) + "-during-init",
        Side.WORKER,
        what,
        "takes no notice and becomes ready",
        ONLY_THE_WORKER,
        trial -> {
          Life life = trial.start(Tamper.NONE);
          if (!life.says(FromChild.Hello.class)) {
            return trial.ended(life, "said no hello");
          }
          life.signal(signal);
          return trial.wellThenGone(life);
        });
  }

  private static Seen stopped(Trial trial, Life life) throws InterruptedException {
    life.signal("STOP");
    trial.rest(trial.pace().pause());
    life.signal("CONT");
    return trial.wellThenGone(life);
  }

  private static Seen dumped(Trial trial, Life life) throws InterruptedException {
    boolean java = trial.family() == Family.JAVA;
    String name = java ? "QUIT" : "USR1";
    life.signal(name);
    life.await(() -> life.ended() != null, trial.pace().pause());
    ChildNews.Ended end = life.ended();
    if (!java
        && end != null
        && end.exit() instanceof ExitStatus.Signalled(_, String by)
        && by.equals(name)
        && end.cause().detail().contains("SIG" + name)) {
      return Seen.good(
          "died of it, and that is on record: " + Trial.how(end), end.cause().reason());
    }
    return trial.wellThenGone(life);
  }
}
