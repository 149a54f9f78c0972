package io.lkagent.probe.faults;

import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.JobProtocol;
import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.ChildSettings;
import io.lkagent.supervise.StopReason;
import java.time.Duration;
import java.util.List;

/** What an agent may say, or not say: put between its own words, or in their place. */
final class FrameFaults {
  private static final String BROKEN = "a made-up component is broken";

  static final List<Fault> ALL =
      List.of(
          new Fault(
              "hang-before-hello",
              Side.AGENT,
              "it never says hello",
              "init-timeout, no hello",
              "the time until ready is counted from the spawn",
              trial -> hangs(trial, Tamper.from("hello", frame -> List.of()), "no hello")),
          new Fault(
              "hang-during-init",
              Side.AGENT,
              "it says hello and then nothing",
              "init-timeout",
              "the time until ready is counted from the spawn",
              trial -> hangs(trial, afterHello(), "not ready after")),
          new Fault(
              "slow-init",
              Side.AGENT,
              "its ready comes half a second late",
              "ready all the same, so much later",
              "a start may take what --init-timeout allows",
              FrameFaults::slow),
          new Fault(
              "critical-component-fails",
              Side.AGENT,
              "a critical component fails: it says failed",
              "init-failed, with its words",
              "failed says why the init failed",
              FrameFaults::criticalFails),
          new Fault(
              "optional-component-fails",
              Side.AGENT,
              "an optional component fails: it says degraded",
              "ready all the same, the component named",
              "ready does not wait for optional components",
              FrameFaults::optionalFails),
          broken("garbage", "a line that is no message", "what is this", "not the job protocol"),
          broken(
              "oversized-frame",
              "a line longer than 8 MiB",
              "x".repeat(64),
              "longer than " + JobProtocol.MAX_FRAME_BYTES),
          broken(
              "second-hello",
              "a second hello",
              "{\"type\":\"hello\",\"protocol\":1,\"pid\":1}",
              "\"hello\" twice"),
          broken("out-of-turn", "running before ready", "{\"type\":\"running\"}", "before"),
          new Fault(
              "other-version",
              Side.AGENT,
              "its hello names version 2 of the protocol",
              "protocol-error that names both versions",
              "a worker ends a child whose version it does not speak",
              trial ->
                  trial.recorded(
                      trial.start(
                          Tamper.from(
                              "hello",
                              frame -> List.of("{\"type\":\"hello\",\"protocol\":2,\"pid\":1}"))),
                      StopReason.PROTOCOL_ERROR,
                      "speaks job protocol 2")),
          new Fault(
              "unanswered-pings",
              Side.AGENT,
              "it is ready, and answers no ping",
              "unresponsive",
              "a ping is answered at once and always",
              FrameFaults::deaf));

  private FrameFaults() {}

  private static Seen hangs(Trial trial, Tamper tamper, String detail) throws InterruptedException {
    Duration limit = trial.pace().impatient();
    ChildSettings settings = trial.settings(limit, Duration.ofMillis(200), trial.pace().ample());
    long since = trial.now();
    Life life = trial.start(tamper, settings);
    Seen seen = trial.recorded(life, StopReason.INIT_TIMEOUT, detail);
    Duration took = Duration.ofNanos(trial.now() - since);
    return took.compareTo(limit) < 0 ? seen.but("it was given " + took + " only") : seen;
  }

  private static Tamper afterHello() {
    return new Tamper() {
      @Override
      public List<String> fromAgent(String frame) {
        return Tamper.is("hello", frame) ? List.of(frame) : List.of();
      }
    };
  }

  private static Seen slow(Trial trial) throws InterruptedException {
    Duration delay = trial.pace().pause();
    Life life =
        trial.start(
            Tamper.from(
                "ready",
                frame -> {
                  trial.rest(delay);
                  return List.of(frame);
                }));
    return life.ready() && life.initTime().compareTo(delay) < 0
        ? trial.ended(life, "was ready before its word")
        : trial.wellThenGone(life);
  }

  private static Seen criticalFails(Trial trial) throws InterruptedException {
    Life life =
        trial.start(
            Tamper.from(
                "ready", frame -> List.of("{\"type\":\"failed\",\"error\":\"" + BROKEN + "\"}")));
    if (!life.says(FromChild.Ready.class)) {
      return trial.ended(life, "did not come so far");
    }
    life.wire().hangUp(); // one that fails ends by itself
    return trial.recorded(life, StopReason.INIT_FAILED, BROKEN);
  }

  private static Seen optionalFails(Trial trial) throws InterruptedException {
    Life life =
        trial.start(
            Tamper.from(
                "ready",
                frame ->
                    List.of(
                        "{\"type\":\"phase\",\"name\":\"made-up\",\"start_ns\":0,\"end_ns\":1,"
                            + "\"critical\":false,\"error\":\""
                            + BROKEN
                            + "\"}",
                        "{\"type\":\"degraded\",\"component\":\"made-up\",\"error\":\""
                            + BROKEN
                            + "\"}",
                        frame)));
    Seen seen = trial.wellThenGone(life);
    return life.has(ChildNews.Degraded.class) ? seen : seen.but("the component is not on record");
  }

  private static Fault broken(String name, String what, String line, String detail) {
    return new Fault(
        name,
        Side.AGENT,
        "it sends " + what,
        "protocol-error that says so",
        "what breaks the protocol ends the child",
        trial -> {
          String sent =
              name.equals("oversized-frame")
                  ? line.repeat(JobProtocol.MAX_FRAME_BYTES / line.length() + 1)
                  : line;
          return trial.recorded(
              trial.start(Tamper.from("hello", frame -> List.of(frame, sent))),
              StopReason.PROTOCOL_ERROR,
              detail);
        });
  }

  private static Seen deaf(Trial trial) throws InterruptedException {
    Life life =
        trial.start(
            Tamper.from("pong", frame -> List.of()),
            trial.settings(trial.pace().ample(), Duration.ofMillis(100), Duration.ofMillis(700)));
    return life.ready()
        ? trial.recorded(life, StopReason.UNRESPONSIVE, "no word for")
        : trial.ended(life, "did not become ready");
  }
}
