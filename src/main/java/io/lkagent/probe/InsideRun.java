package io.lkagent.probe;

import io.lkagent.probe.inside.Instrument;
import io.lkagent.process.OsProcess;
import io.lkagent.process.ProcessStarter;
import io.lkagent.supervise.ChildSettings;
import io.lkagent.time.Time;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** One more start, with the runtime's own instrument switched on; its times count for nothing. */
final class InsideRun {
  /** An instrument slows what it looks into: a start that is just in time would fail of it. */
  private static final int SLOWER = 3;

  private final TargetSource source;
  private final Time time;
  private final Consumer<Start> begun;

  /**
   * @param begun gets the start before it is made, so that it can be aborted
   */
  InsideRun(TargetSource source, Time time, Consumer<Start> begun) {
    this.source = source;
    this.time = time;
    this.begun = begun;
  }

  /** Makes the start; whatever is in its way becomes {@link Inside.Unknown}. */
  Inside of(Family family) throws InterruptedException {
    try {
      Optional<Instrument> chosen = Instrument.of(family);
      if (chosen.isEmpty()) {
        return new Inside.Unknown("its runtime is none of Java, Python and Node");
      }
      try (Instrument instrument = chosen.get();
          ProbeTarget target = source.open(instrument::change)) {
        ProbeRun run = start(target, instrument);
        return run.outcome().ready() ? instrument.read() : notReady(run);
      }
    } catch (ProbeFault e) {
      return new Inside.Unknown("with the instrument it does not start: " + e.line());
    } catch (IOException e) {
      return new Inside.Unknown("the instrument's file: " + e.getMessage());
    }
  }

  private ProbeRun start(ProbeTarget target, Instrument instrument) throws InterruptedException {
    ProcessStarter watched =
        spec -> {
          OsProcess process = target.starter().start(spec);
          return instrument.watch(process);
        };
    ProbeTarget slower =
        new ProbeTarget(
            target.words(),
            target.family(),
            target.spec(),
            watched,
            patient(target.settings()),
            target.load(),
            () -> {});
    Start start = new Start(slower, Start.Ending.KILLED, false, time);
    begun.accept(start);
    return start.run(0, Part.WARM_UP, 1);
  }

  private static Inside notReady(ProbeRun run) {
    return new Inside.Unknown(
        "its start with the instrument did not become ready: " + run.outcome().cause().words());
  }

  private static ChildSettings patient(ChildSettings settings) {
    Duration init = settings.initTimeout().multipliedBy(SLOWER);
    return new ChildSettings(
        init,
        settings.startTimeout(),
        settings.shutdownTimeout(),
        settings.pingInterval(),
        settings.pingTimeout(),
        settings.checkTimeout(),
        settings.memoryWarn(),
        settings.memoryLimit(),
        settings.options());
  }
}
