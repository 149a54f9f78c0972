package io.lkagent.cli;

import io.lkagent.probe.FaultResult;
import io.lkagent.probe.faults.Fault;
import io.lkagent.probe.faults.Faults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Faults and how they were borne, for people. */
final class FaultText {
  private FaultText() {}

  /** All faults: who does what, and what should follow. */
  static List<String> table() {
    int name = Faults.names().stream().mapToInt(String::length).max().orElse(0);
    List<String> lines = new ArrayList<>();
    for (Fault fault : Faults.ALL) {
      String indent = " ".repeat(name + 2);
      lines.add(pad(fault.name(), name) + "  " + fault.side().text() + ": " + fault.what());
      lines.add(indent + "expected: " + fault.expected());
    }
    return lines;
  }

  /** A line for each result, and more for what failed. */
  static List<String> results(List<FaultResult> results) {
    int name = results.stream().mapToInt(r -> r.name().length()).max().orElse(0);
    List<String> lines = new ArrayList<>();
    for (FaultResult result : results) {
      String mark = result.passed() ? "✓ " : "✗ ";
      lines.add(
          "%s%s  %7s  %s"
              .formatted(mark, pad(result.name(), name), seconds(result), result.seen()));
      if (!result.passed()) {
        lines.add(" ".repeat(name + 13) + "expected: " + result.expected());
      }
    }
    return lines;
  }

  private static String seconds(FaultResult result) {
    double millis = Duration.ofNanos(result.nanos()).toMillis();
    return String.format(Locale.ROOT, "%.2f s", millis / 1000);
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }
}
