package io.lkagent.cli;

import io.lkagent.json.Json;
import io.lkagent.probe.Comparison;
import io.lkagent.probe.Finding;
import io.lkagent.probe.ProbeReport;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.Verdict;
import io.lkagent.probe.advice.Advices;
import io.lkagent.probe.advice.Findings;
import io.lkagent.probe.report.Comparisons;
import io.lkagent.probe.report.CsvReport;
import io.lkagent.probe.report.HtmlReport;
import io.lkagent.probe.report.JsonReport;
import io.lkagent.probe.report.Judge;
import io.lkagent.probe.report.JunitReport;
import io.lkagent.probe.report.TextReport;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Judges what a probe found out, and shows it wherever it was asked for. */
final class ProbeReporter {
  private final ProbeReportOptions.Wanted wanted;
  private final Output.Form form;
  private final Console console;

  ProbeReporter(ProbeReportOptions.Wanted wanted, Output.Form form, Console console) {
    this.wanted = wanted;
    this.form = form;
    this.console = console;
  }

  /** The verdict's exit code; PARTLY when it is good and a report could not be written. */
  ExitCode show(ProbeResult result) {
    ProbeReport report = report(result);
    boolean all = print(report);
    for (Map.Entry<ProbeReportOptions.Form, ReportFile> file : wanted.files().entrySet()) {
      all &= write(file.getKey(), file.getValue(), report);
    }
    if (report.verdict().grade() == Verdict.Grade.FAIL) {
      return ExitCode.VERDICT_NO;
    }
    return all ? ExitCode.DONE : ExitCode.PARTLY;
  }

  private ProbeReport report(ProbeResult result) {
    List<Finding> findings = Findings.of(result);
    Comparison comparison =
        wanted.baseline() == null ? null : Comparisons.of(wanted.baseline(), result);
    return new ProbeReport(
        result,
        findings,
        Advices.of(result),
        comparison,
        Judge.judge(result, findings, comparison, wanted.terms()));
  }

  private boolean print(ProbeReport report) {
    if (!Output.isStructured(form)) {
      TextReport.of(report, console.colour(), form == Output.Form.WIDE).forEach(console::result);
      return true;
    }
    console.result(Output.structured(form, JsonReport.of(report)));
    if (console.out().checkError()) {
      console.error("stdout cannot be written to its end; is its disk full?");
      return false;
    }
    return true;
  }

  private boolean write(ProbeReportOptions.Form as, ReportFile file, ProbeReport report) {
    try {
      file.write(
          switch (as) {
            case JSON -> Json.write(JsonReport.of(report)) + "\n";
            case JUNIT -> JunitReport.of(report);
            case CSV -> CsvReport.of(report.result());
            case HTML -> HtmlReport.of(report);
          });
      return true;
    } catch (IOException e) {
      console.error(
          "%s %s was not written (%s); make room or name another file: stdout has the whole result"
              .formatted(file.option(), file.path(), ReportFile.why(e)));
      return false;
    }
  }
}
