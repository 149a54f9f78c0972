package io.lkagent.probe.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.probe.ProbeReport;
import io.lkagent.probe.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What {@code lkagent probe-init} shows to people, on record; {@code
 * -DargLine=-Dlkagent.golden=write} renews it after a meant change.
 */
final class TextReportTest {
  private static void golden(String name, List<String> lines) throws IOException {
    Path file = Path.of("src/test/resources/output", name);
    String actual = String.join("\n", lines) + "\n";
    if ("write".equals(System.getProperty("lkagent.golden"))) {
      Files.writeString(file, actual);
    }
    assertEquals(Files.readString(file), actual);
  }

  @Test
  void report_onRecord() throws Exception {
    golden("probe.txt", TextReport.of(Reports.of(Reports.plain(), Terms.DEFAULT), false, false));
    golden("probe-full.txt", TextReport.of(Reports.full(), false, false));
    golden("probe-wide.txt", TextReport.of(Reports.full(), false, true));
  }

  @Test
  void report_lines_fit80Columns() throws Exception {
    TextReport.of(Reports.full(), false, false)
        .forEach(line -> assertTrue(line.codePointCount(0, line.length()) <= 80, line));
  }

  @Test
  void report_nothingBecameReady_saysSo() {
    ProbeReport report = Reports.of(Results.probe().build(), Terms.DEFAULT);
    List<String> lines = TextReport.of(report, false, false);
    assertTrue(lines.getFirst().contains("never became ready"), lines.getFirst());
    assertEquals("FAIL  no start was made", lines.getLast());
  }

  @Test
  void report_withoutColour_hasNoEscapes() throws Exception {
    assertFalse(String.join("", TextReport.of(Reports.full(), false, true)).contains("\u001b"));
    assertTrue(String.join("", TextReport.of(Reports.full(), true, true)).contains("\u001b[32m"));
  }
}
