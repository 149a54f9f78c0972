package io.lkagent.probe.report;

import io.lkagent.probe.FaultResult;
import io.lkagent.probe.ProbeReport;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.ProbeRun;
import io.lkagent.probe.Verdict.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A probe's verdict as JUnit XML, which CI systems show as tests: one for each check. */
public final class JunitReport {
  private static final String CLASS = "lkagent.probe-init";
  private static final double NANOS_IN_SECOND = 1e9;

  private JunitReport() {}

  /** A test case. */
  private record Case(String name, String type, String text, double seconds, boolean passed) {}

  public static String of(ProbeReport report) {
    List<Case> cases = cases(report);
    long failures = cases.stream().filter(each -> !each.passed()).count();
    String counts = "tests=\"%d\" failures=\"%d\" errors=\"0\"".formatted(cases.size(), failures);
    StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.append("<testsuites %s>\n".formatted(counts));
    xml.append(
        "  <testsuite name=\"%s\" %s skipped=\"0\" time=\"%s\" timestamp=\"%s\">\n"
            .formatted(
                Markup.escaped("probe-init " + report.result().subject().agent()),
                counts,
                seconds(total(report.result())),
                report.result().at().toString().replaceFirst("(\\.\\d+)?Z$", "")));
    cases.forEach(each -> write(xml, each));
    String words = String.join("\n", TextReport.of(report, false, false));
    xml.append("    <system-out>").append(Markup.escaped(words)).append("</system-out>\n");
    return xml.append("  </testsuite>\n</testsuites>\n").toString();
  }

  private static List<Case> cases(ProbeReport report) {
    List<Case> cases = new ArrayList<>();
    for (Check check : report.verdict().checks()) {
      String text = check.limit() + ": it is " + check.actual();
      if (check.name().equals(Judge.STARTS)) {
        String failed = String.join("\n", Failures.plain(report.result()));
        double all = total(report.result());
        cases.add(new Case("starts", "success", text + "\n" + failed, all, check.passed()));
      } else if (!check.name().equals("faults")) {
        cases.add(new Case(check.name(), "threshold", text, 0, check.passed()));
      }
    }
    for (FaultResult fault : report.result().faults()) {
      String text =
          "expected: %s\nseen: %s\nthe worker would record: %s"
              .formatted(fault.expected(), fault.seen(), fault.reason());
      double took = fault.nanos() / NANOS_IN_SECOND;
      cases.add(new Case("fault " + fault.name(), "fault", text, took, fault.passed()));
    }
    return cases;
  }

  private static void write(StringBuilder xml, Case each) {
    xml.append(
        "    <testcase classname=\"%s\" name=\"%s\" time=\"%s\""
            .formatted(CLASS, Markup.escaped(each.name()), seconds(each.seconds())));
    if (each.passed()) {
      xml.append("/>\n");
      return;
    }
    String first = each.text().lines().findFirst().orElse("");
    xml.append(
        ">\n      <failure type=\"%s\" message=\"%s\">%s</failure>\n    </testcase>\n"
            .formatted(each.type(), attribute(first), Markup.escaped(each.text().strip())));
  }

  private static String attribute(String text) {
    return Markup.escaped(text).replace('\n', ' ');
  }

  /** All starts together; those at once count each. */
  private static double total(ProbeResult result) {
    return result.runs().stream().map(ProbeRun::times).mapToLong(t -> Math.max(0, t.ended())).sum()
        / NANOS_IN_SECOND;
  }

  private static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.3f", seconds);
  }
}
