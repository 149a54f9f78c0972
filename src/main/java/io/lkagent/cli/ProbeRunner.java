package io.lkagent.cli;

import io.lkagent.lifecycle.Signals;
import io.lkagent.log.Level;
import io.lkagent.probe.Probe;
import io.lkagent.probe.ProbeFault;
import io.lkagent.probe.ProbeListener;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.faults.FaultSeries;
import io.lkagent.time.Time;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** {@code lkagent probe-init}: makes the probe, shows what it found, and judges it. */
final class ProbeRunner implements UseCases.ProbeRun {
  @Override
  public ExitCode run(ProbeCall call, Console console) {
    LogOptions quiet = new LogOptions();
    quiet.level = Level.ERROR;
    Logging.install(quiet);
    Time time = Time.system();
    Progress progress = new Progress(console.err(), time, call.plan().starts());
    ProbeListener shown = console.live() ? progress : ProbeListener.none();
    ProbedAgent agent = new ProbedAgent(call.worker(), System.getenv(), time);
    FaultSeries faults = new FaultSeries(agent, call.faults(), time);
    Probe probe = new Probe(agent, call.plan(), shown, LkagentCommand.Version.text(), time);
    AtomicReference<@Nullable ExitCode> interrupted = new AtomicReference<>();
    Signals.handle("INT", signal -> stop(probe, faults, interrupted, ExitCode.INTERRUPTED));
    Signals.handle("TERM", signal -> stop(probe, faults, interrupted, ExitCode.TERMINATED));
    try {
      ProbeResult starts = probe.run();
      if (!call.faults().isEmpty()) {
        shown.step("making %d faults on purpose".formatted(call.faults().size()));
      }
      ProbeResult result = faults.into(starts);
      progress.close();
      ExitCode how = interrupted.get();
      if (how != null) {
        console.error(
            "interrupted after %d starts; no report is made of them"
                .formatted(result.runs().size()));
        return how;
      }
      return new ProbeReporter(call.wanted(), call.form(), console).show(result);
    } catch (ProbeFault e) {
      progress.close();
      ExitCode how = interrupted.get();
      if (how != null) {
        return how;
      }
      Logging.flush();
      if (!e.detail().isBlank()) {
        console.err().println(e.detail().stripTrailing());
      }
      console.error(e.line());
      return ExitCode.USAGE;
    } catch (InterruptedException e) {
      progress.close();
      Thread.currentThread().interrupt();
      return ExitCode.INTERRUPTED;
    }
  }

  private static void stop(
      Probe probe,
      FaultSeries faults,
      AtomicReference<@Nullable ExitCode> interrupted,
      ExitCode how) {
    interrupted.set(how);
    faults.stop();
    probe.stop();
  }
}
