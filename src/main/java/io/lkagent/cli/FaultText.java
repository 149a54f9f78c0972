package io.lkagent.cli;

import io.lkagent.probe.faults.Fault;
import io.lkagent.probe.faults.Faults;
import java.util.ArrayList;
import java.util.List;

/** The faults that can be made, for people. */
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

  private static String pad(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }
}
