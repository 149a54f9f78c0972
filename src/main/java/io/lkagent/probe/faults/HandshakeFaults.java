package io.lkagent.probe.faults;

import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.JobStart;
import io.lkagent.json.Json;
import io.lkagent.json.JsonObject;
import io.lkagent.supervise.ChildNews;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a worker may say at an odd time, or in words that an agent does not know. */
final class HandshakeFaults {
  private static final int MEGABYTE = 1_000_000;
  private static final String LATER =
      "{\"type\":\"x-later\",\"list\":[1,{\"deep\":null}],\"text\":\"\\u00e9\\n\",\"n\":1.5e3}";

  static final List<Fault> ALL =
      List.of(
          new Fault(
              "late-init",
              Side.WORKER,
              "init comes half a second after hello",
              "waits without a word, then becomes ready",
              "hello is the first frame; ready only after init",
              HandshakeFaults::lateInit),
          new Fault(
              "unknown-message",
              Side.WORKER,
              "messages of a later version before and after init",
              "skips them and becomes ready",
              "unknown messages are skipped",
              trial -> trial.wellThenGone(trial.start(amongOthers()))),
          new Fault(
              "unknown-field",
              Side.WORKER,
              "every message has fields of a later version",
              "skips them and becomes ready",
              "unknown fields are skipped",
              trial -> trial.wellThenGone(trial.start(withMore()))),
          new Fault(
              "large-init",
              Side.WORKER,
              "init holds an option of 1 MB",
              "becomes ready",
              "frames have up to 8 MiB",
              trial -> trial.wellThenGone(trial.start(largeOption()))),
          new Fault(
              "job-at-once",
              Side.WORKER,
              "the job comes right behind ready, for a server that is not there",
              "says running or failed, and ends in order",
              "running is said before the entry point runs",
              trial -> job(trial, trial.job())),
          new Fault(
              "large-job",
              Side.WORKER,
              "a job with 1 MB of metadata",
              "says running or failed, and ends in order",
              "frames have up to 8 MiB",
              trial -> job(trial, large(trial.job()))),
          new Fault(
              "shutdown-during-init",
              Side.WORKER,
              "shutdown comes right behind init",
              "exits 0 by itself in time",
              "shutdown may come at any time, during init too",
              HandshakeFaults::shutdownDuringInit),
          new Fault(
              "shutdown-twice",
              Side.WORKER,
              "shutdown comes twice",
              "exits 0 by itself in time",
              "a second shutdown is ignored",
              HandshakeFaults::shutdownTwice));

  private HandshakeFaults() {}

  private static Seen lateInit(Trial trial) throws InterruptedException {
    Life life = trial.startHeld();
    if (!life.says(FromChild.Hello.class)) {
      return trial.ended(life, "said no hello before init");
    }
    trial.rest(trial.pace().pause());
    if (life.count(FromChild.Ready.class) > 0) {
      return trial.ended(life, "said ready before init");
    }
    life.wire().release();
    return trial.wellThenGone(life);
  }

  private static Tamper amongOthers() {
    return new Tamper() {
      @Override
      public List<String> toAgent(String frame) {
        return List.of(LATER, frame, LATER);
      }
    };
  }

  private static Tamper withMore() {
    return new Tamper() {
      @Override
      public List<String> toAgent(String frame) {
        Map<String, @Nullable Object> members = members(frame);
        members.put("x_later", Json.parseObject(LATER).values());
        members.put("x_flag", true);
        members.put("x_none", null);
        return List.of(Json.write(members));
      }
    };
  }

  private static Tamper largeOption() {
    return Tamper.to(
        "init",
        frame -> {
          Map<String, @Nullable Object> members = members(frame);
          Map<String, @Nullable Object> options = new LinkedHashMap<>();
          if (members.get("options") instanceof JsonObject given) {
            options.putAll(given.values());
          }
          options.put("x_large", "x".repeat(MEGABYTE));
          members.put("options", options);
          return List.of(Json.write(members));
        });
  }

  private static Map<String, @Nullable Object> members(String frame) {
    return new LinkedHashMap<>(Json.parseObject(frame).values());
  }

  private static JobStart large(JobStart job) {
    return new JobStart(
        job.jobId(),
        job.dispatchId(),
        job.agentName(),
        "x".repeat(MEGABYTE),
        job.attributes(),
        job.room(),
        job.identity(),
        job.url(),
        job.token(),
        job.media(),
        job.attempt(),
        job.app());
  }

  private static Seen job(Trial trial, JobStart job) throws InterruptedException {
    Life life = trial.start(Tamper.NONE);
    if (!life.ready()) {
      return trial.ended(life, "did not become ready");
    }
    life.offer(job);
    if (!life.await(() -> began(life) || life.ended() != null) || !began(life)) {
      return trial.ended(life, "said neither running nor failed");
    }
    boolean running = life.count(FromChild.Running.class) > 0;
    life.stop();
    ChildNews.Ended end = life.end();
    if (end == null) {
      return trial.ended(life, "did not end when asked");
    }
    // Whichever comes first, its own end of the job or ours: it is asked, and exits by itself.
    boolean inOrder =
        switch (end.cause().reason()) {
          case NOT_NEEDED, JOB_DONE, JOB_FAILED ->
              new io.lkagent.process.ExitStatus.Exited(0).equals(end.exit());
          case INIT_FAILED -> !running;
          default -> false;
        };
    String said = running ? "said running" : "said failed";
    return inOrder
        ? Seen.good(said + "; " + Trial.how(end), end.cause().reason())
        : trial.ended(life, said + ", and did not end in order");
  }

  private static boolean began(Life life) {
    return life.count(FromChild.Running.class) > 0 || life.count(FromChild.Failed.class) > 0;
  }

  private static Seen shutdownDuringInit(Trial trial) throws InterruptedException {
    Life life = trial.start(Tamper.NONE);
    if (!life.toldToInit()) {
      return trial.ended(life, "said no hello");
    }
    life.stop();
    return trial.inOrder(life, "exited 0 when asked during its init");
  }

  private static Seen shutdownTwice(Trial trial) throws InterruptedException {
    Tamper twice =
        Tamper.to(
            "shutdown",
            frame -> {
              List<String> both = new ArrayList<>(List.of(frame));
              both.add(frame.replaceFirst("\"reason\":\"[a-z-]*\"", "\"reason\":\"terminated\""));
              return both;
            });
    return trial.wellThenGone(trial.start(twice));
  }
}
