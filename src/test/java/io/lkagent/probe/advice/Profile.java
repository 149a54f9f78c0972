package io.lkagent.probe.advice;

import io.lkagent.probe.AppLoad;
import io.lkagent.probe.Component;
import io.lkagent.probe.Family;
import io.lkagent.probe.Inside;
import io.lkagent.probe.Limits;
import io.lkagent.probe.Outcome;
import io.lkagent.probe.Part;
import io.lkagent.probe.Pings;
import io.lkagent.probe.ProbePlan;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.ProbeRun;
import io.lkagent.probe.Subject;
import io.lkagent.probe.Times;
import io.lkagent.process.ExitStatus;
import io.lkagent.process.ProcessUsage;
import io.lkagent.supervise.StopCause;
import io.lkagent.supervise.StopReason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A probe's result that a test makes up; as it begins, an agent that nothing is wrong with. */
final class Profile {
  /** One start that a test makes up; all times in milliseconds, memory in megabytes. */
  static final class Run {
    private Part part = Part.WARM;
    private int concurrency = 1;
    private long program = 40;
    private long hello = 50;
    private long ready = 100;
    private long cpu = 90;
    private long cpuWait;
    private long pss = 20;
    private long disk;
    private long silence = 1;
    private boolean wasReady = true;
    private StopCause cause = StopCause.of(StopReason.NOT_NEEDED);
    private @Nullable ExitStatus exit = new ExitStatus.Exited(0);
    private List<String> degraded = List.of();
    private List<String> output = List.of();
    private final List<Component> components = new ArrayList<>();

    Run part(Part value) {
      part = value;
      return this;
    }

    Run concurrency(int value) {
      concurrency = value;
      return this;
    }

    /**
     * When its own code runs, or -1 where it does not tell; when it says hello; when it is ready.
     */
    Run times(long itsCode, long itsHello, long itsReady) {
      program = itsCode;
      hello = itsHello;
      ready = itsReady;
      return this;
    }

    Run cpu(long value) {
      cpu = value;
      return this;
    }

    Run cpuWait(long value) {
      cpuWait = value;
      return this;
    }

    Run pss(long megabytes) {
      pss = megabytes;
      return this;
    }

    Run disk(long megabytes) {
      disk = megabytes;
      return this;
    }

    Run silence(long value) {
      silence = value;
      return this;
    }

    Run critical(String name, long from, long to) {
      components.add(new Component(name, nanos(from), nanos(to), true, null));
      return this;
    }

    Run optional(String name, long from, long to) {
      components.add(new Component(name, nanos(from), nanos(to), false, null));
      return this;
    }

    Run degraded(String... words) {
      degraded = List.of(words);
      return this;
    }

    /** Ends at what would have been ready, without being so. */
    Run failed(StopReason reason, String detail, @Nullable ExitStatus how, String... printed) {
      wasReady = false;
      cause = new StopCause(reason, detail);
      exit = how;
      output = List.of(printed);
      return this;
    }

    ProbeRun build(int number) {
      long end = nanos(ready);
      return new ProbeRun(
          number,
          part,
          concurrency,
          "made-up 1",
          new Times(
              nanos(2),
              program < 0 ? Times.UNKNOWN : nanos(program),
              hello < 0 ? Times.UNKNOWN : nanos(hello),
              wasReady ? end : Times.UNKNOWN,
              wasReady ? end + nanos(1) : Times.UNKNOWN,
              end + nanos(10)),
          components,
          new Pings(3, 3, nanos(silence)),
          wasReady
              ? new ProcessUsage(
                  nanos(cpu),
                  nanos(cpuWait),
                  2 * pss * 1_000_000,
                  pss * 1_000_000,
                  5_000,
                  disk * 10,
                  1_000_000 + disk * 1_000_000,
                  disk * 1_000_000,
                  4,
                  6)
              : null,
          new Outcome(wasReady, cause, exit, degraded, output));
    }
  }

  private Family family = Family.PROGRAM;
  private @Nullable AppLoad load;
  private Inside inside = new Inside.Unknown("not asked");
  private long initTimeout = 10_000;
  private double cpus = 2;
  private Limits limits = Limits.NONE;
  private final List<ProbeRun> runs = new ArrayList<>();

  static Run run() {
    return new Run();
  }

  static long nanos(long millis) {
    return millis * 1_000_000;
  }

  Profile family(Family value) {
    family = value;
    return this;
  }

  /** A framework's app, whose load took so long, with that much CPU time. */
  Profile app(long millis, long cpuMillis, boolean forks, String why) {
    load =
        new AppLoad(
            nanos(millis),
            forks,
            why,
            new ProcessUsage(nanos(cpuMillis), 0, 1, 1, 1, 0, 1, 0, 1, 1));
    return this;
  }

  Profile inside(Inside value) {
    inside = value;
    return this;
  }

  Profile initTimeout(long millis) {
    initTimeout = millis;
    return this;
  }

  Profile cpus(double value) {
    cpus = value;
    return this;
  }

  Profile limits(Limits value) {
    limits = value;
    return this;
  }

  /** So many starts like this one. */
  Profile with(int count, Run run) {
    for (int i = 0; i < count; i++) {
      runs.add(run.build(runs.size() + 1));
    }
    return this;
  }

  ProbeResult result() {
    List<Integer> scan =
        runs.stream()
            .filter(run -> run.part() == Part.WARM)
            .map(ProbeRun::concurrency)
            .distinct()
            .toList();
    ProbePlan plan =
        new ProbePlan(
            runs.size(), 0, 0, scan.isEmpty() ? List.of(1) : scan, null, false, true, limits);
    return new ProbeResult(
        "0",
        Instant.EPOCH,
        new Subject("made up", family, "made-up 1", load, nanos(initTimeout), cpus, ""),
        plan,
        runs,
        inside,
        List.of(),
        List.of());
  }
}
