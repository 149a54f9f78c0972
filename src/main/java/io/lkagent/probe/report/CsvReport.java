package io.lkagent.probe.report;

import io.lkagent.probe.Metric.Unit;
import io.lkagent.probe.Outcome;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.ProbeRun;
import io.lkagent.probe.Times;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A probe's starts as CSV (RFC 4180): one row each, empty where a figure is not known. */
public final class CsvReport {
  private CsvReport() {}

  /** With a row of headings first. */
  public static String of(ProbeResult result) {
    List<Measure> measures = Measure.allOf(result);
    StringBuilder csv = new StringBuilder();
    List<String> headings =
        new ArrayList<>(List.of("number", "part", "concurrency", "ready", "reason", "exit"));
    measures.forEach(measure -> headings.add(measure.key()));
    headings.addAll(List.of("ended_ms", "pings_sent", "pings_answered", "detail"));
    row(csv, headings);
    result.runs().forEach(run -> row(csv, cells(run, measures)));
    return csv.toString();
  }

  private static List<String> cells(ProbeRun run, List<Measure> measures) {
    Outcome outcome = run.outcome();
    List<String> cells = new ArrayList<>();
    cells.add(Integer.toString(run.number()));
    cells.add(run.part().text());
    cells.add(Integer.toString(run.concurrency()));
    cells.add(Boolean.toString(outcome.ready()));
    cells.add(outcome.cause().reason().text());
    cells.add(outcome.exit() == null ? "" : outcome.exit().words());
    measures.forEach(m -> cells.add(number(m.unit(), m.figure().applyAsLong(run))));
    cells.add(number(Unit.NANOS, run.times().ended()));
    cells.add(Integer.toString(run.pings().sent()));
    cells.add(Integer.toString(run.pings().answered()));
    cells.add(outcome.cause().detail());
    return cells;
  }

  private static String number(Unit unit, long value) {
    return value == Times.UNKNOWN ? "" : Measure.number(unit, value).toString();
  }

  private static void row(StringBuilder csv, List<String> cells) {
    csv.append(cells.stream().map(CsvReport::cell).collect(Collectors.joining(","))).append("\r\n");
  }

  private static String cell(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
