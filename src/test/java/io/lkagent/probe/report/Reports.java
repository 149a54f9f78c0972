package io.lkagent.probe.report;

import io.lkagent.json.Json;
import io.lkagent.probe.Advice;
import io.lkagent.probe.AppLoad;
import io.lkagent.probe.Comparison;
import io.lkagent.probe.Distribution.Stat;
import io.lkagent.probe.Family;
import io.lkagent.probe.FaultResult;
import io.lkagent.probe.Finding;
import io.lkagent.probe.Finding.Severity;
import io.lkagent.probe.Inside;
import io.lkagent.probe.Metric;
import io.lkagent.probe.Part;
import io.lkagent.probe.ProbeReport;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.Results;
import io.lkagent.process.ExitStatus;
import io.lkagent.supervise.StopReason;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;

/** Reports of constructed probes: one plain, one with all that a report can hold. */
final class Reports {
  static final Finding WARNING =
      new Finding(
          "import-on-critical-path",
          Severity.WARN,
          "`torch` is imported on the critical path: 74 ms of 184 ms",
          "import it inside the entry point",
          74_000_000);

  private Reports() {}

  static ProbeReport of(ProbeResult result, Terms terms, Finding... findings) {
    return of(result, null, terms, findings);
  }

  static ProbeReport of(
      ProbeResult result,
      @org.jspecify.annotations.Nullable Comparison comparison,
      Terms terms,
      Finding... findings) {
    List<Finding> all = List.of(findings);
    return new ProbeReport(
        result,
        all,
        new Advice(Duration.ofSeconds(2), 2, 1, List.of("p99 is 210 ms: 2 s leave ten times that")),
        comparison,
        Judge.judge(result, all, comparison, terms));
  }

  static ProbeResult plain() {
    return Results.probe().warm(180, 184, 182, 190, 210, 181, 185, 183, 186, 188).build();
  }

  static Terms terms() {
    return new Terms(
        List.of(
            new Threshold(Measure.of(Metric.READY), Stat.P99, 200_000_000),
            new Threshold(Measure.component("model"), Stat.P50, 100_000_000)),
        1,
        OptionalDouble.of(0.1));
  }

  /** Everything at once, with text that wants to be markup. */
  static ProbeReport full() throws Baseline.Unreadable {
    ProbeResult result =
        Results.probe()
            .agent("python <b>app</b>.py", Family.PYTHON, "python 3.12.4")
            .load(new AppLoad(3_120_000_000L, true, null))
            .limits("0.5 CPUs by cgroup v2")
            .concurrency(1, 4)
            .starts(Part.FIRST, 1, 900)
            .starts(Part.COLD, 1, 700, 720)
            .warm(180, 184, 182, 190, 210, 181, 185)
            .starts(Part.WARM, 4, 300, 310, 320, 330, 390, 400, 410)
            .failed(
                StopReason.INIT_FAILED,
                "exit code 1 before hello",
                new ExitStatus.Exited(1),
                "loading",
                "Traceback (most recent call last):",
                "  File \"app.py\", line 3, in <module>",
                "ModuleNotFoundError: No module named 'torch' & <co>")
            .inside(
                new Inside.Imports(
                    Family.PYTHON,
                    List.of(
                        new Inside.Module(
                            "torch",
                            "torch",
                            20_000_000,
                            74_000_000,
                            List.of(
                                new Inside.Module(
                                    "torch._C", "torch", 54_000_000, 54_000_000, List.of())))),
                    List.of(
                        new Inside.Share("torch", false, 2, 74_000_000, 74_000_000),
                        new Inside.Share("livekit.agents", true, 40, 20_000_000, 30_000_000)),
                    42,
                    94_000_000,
                    20_000_000))
            .fault(
                new FaultResult(
                    "hang", "init-timeout", "init-timeout", "init-timeout", true, 400_000_000))
            .fault(
                new FaultResult(
                    "garbage", "protocol-error", "ready", "not-needed", false, 200_000_000))
            .note("the file cache could not be emptied: permission denied")
            .build();
    String earlier =
        Json.write(
            JsonReport.of(
                of(Results.probe().warm(120, 121, 122, 123, 124, 125, 126).build(), terms())));
    return of(result, Comparisons.of(Baseline.read("old.json", earlier), result), terms(), WARNING);
  }
}
