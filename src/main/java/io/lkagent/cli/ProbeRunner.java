package io.lkagent.cli;

import io.lkagent.lifecycle.Signals;
import io.lkagent.log.Level;
import io.lkagent.probe.Distribution;
import io.lkagent.probe.Metric;
import io.lkagent.probe.Probe;
import io.lkagent.probe.ProbeFault;
import io.lkagent.probe.ProbeListener;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.inside.InsideText;
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
    Probe probe =
        new Probe(
            new ProbedAgent(call.worker(), System.getenv(), time),
            call.plan(),
            ProbeListener.none(),
            LkagentCommand.Version.text(),
            time);
    AtomicReference<@Nullable ExitCode> interrupted = new AtomicReference<>();
    Signals.handle("INT", signal -> stop(probe, interrupted, ExitCode.INTERRUPTED));
    Signals.handle("TERM", signal -> stop(probe, interrupted, ExitCode.TERMINATED));
    try {
      ProbeResult result = probe.run();
      ExitCode how = interrupted.get();
      if (how != null) {
        return how;
      }
      return show(result, console);
    } catch (ProbeFault e) {
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
      Thread.currentThread().interrupt();
      return ExitCode.INTERRUPTED;
    }
  }

  private static void stop(
      Probe probe, AtomicReference<@Nullable ExitCode> interrupted, ExitCode how) {
    interrupted.set(how);
    probe.stop();
  }

  private static ExitCode show(ProbeResult result, Console console) {
    console.result(result.subject().agent() + " " + result.subject().runtime());
    for (Metric metric : Metric.values()) {
      Distribution d = metric.over(result.measured());
      console.result("%-14s %12d %12d %12d".formatted(metric.text(), d.min(), d.p50(), d.max()));
    }
    InsideText.lines(result.inside()).forEach(console::result);
    return result.counted().stream().allMatch(run -> run.outcome().ready())
        ? ExitCode.DONE
        : ExitCode.VERDICT_NO;
  }
}
