package io.lkagent.probe.report;

import io.lkagent.probe.explain.ExitExplained;
import java.util.ArrayList;
import java.util.List;

/** An exit's explanation for people: what it is, and who ends a process so. */
public final class ExitText {
  private ExitText() {}

  /** Its lines, as wide as the report's. */
  public static List<String> lines(ExitExplained exit) {
    List<String> lines = new ArrayList<>(Grid.wrapped("", exit.what(), "  ", TextReport.COLUMNS));
    exit.causes()
        .forEach(cause -> lines.addAll(Grid.wrapped("  - ", cause, "    ", TextReport.COLUMNS)));
    return lines;
  }
}
