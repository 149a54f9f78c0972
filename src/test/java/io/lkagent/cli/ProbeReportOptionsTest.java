package io.lkagent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.probe.Results;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad input of a probe's thresholds and reports: one line with the remedy, before any start. */
final class ProbeReportOptionsTest {
  @TempDir Path folder = Path.of("");

  private CliRun probe(String... options) {
    String[] all =
        Stream.concat(Stream.of("probe-init"), Stream.of(options)).toArray(String[]::new);
    return CliRun.of(folder, Map.of(), all);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--max=redy.p99=1s | did you mean \"ready\"?",
        "--max=ready.p89=1s | did you mean \"p99\"?",
        "--max=ready.p98=1s | there are min, p50, p90, p99, max, mean",
        "--max=ready=1s | write ready.p99=1s",
        "--max=p99 | has no value; write it as ready.p99=1s",
        "--max=p99=fast | is not a duration such as",
        "--max=pss.max=1s | is not a size such as",
        "--max=threads.max=1.5MB | is not a number",
        "--max=component:.p50=1s | there is no metric",
        "--min-success=lots | is not a percentage",
        "--min-success=101% | is not a percentage",
        "--min-success=0.999 | write 99.9%",
        "--fail-on-regression=5% | give it with --compare",
        "--compare=none.json | cannot be read (no such file or folder)",
        "--json=none/x.json | there is no folder",
        "--json=-           | - is no file; name one",
        "--html=. | is a folder; name a file in it",
        "--csv=/proc/x.csv | cannot be written",
      })
  void option_bad_isRefusedInOneLineBeforeAnyStart(String option, String remedy) {
    CliRun run = probe(option);
    assertEquals(ExitCode.USAGE.code(), run.exit(), run.err());
    assertEquals(List.of(), run.workers());
    assertTrue(run.err().contains(remedy), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }

  @Test
  void baseline_ofSomethingElse_isRefused() throws IOException {
    Files.writeString(folder.resolve("old.json"), "{\"workers\":[]}");
    CliRun run = probe("--compare=old.json");
    assertEquals(ExitCode.USAGE.code(), run.exit());
    assertTrue(run.err().contains("write one with probe-init --json"), run.err());
    Files.write(folder.resolve("old.json"), new byte[] {(byte) 0xff, 0x01});
    assertTrue(probe("--compare=old.json").err().contains("it is no text"));
  }

  @Test
  void files_twoOfOneName_areRefused() {
    CliRun run = probe("--json=a", "--csv=./a");
    assertEquals(ExitCode.USAGE.code(), run.exit());
    assertTrue(run.err().contains("give each its own"), run.err());
  }

  @Test
  void thresholds_good_areTakenAndNothingIsLeftInTheFolder() throws IOException {
    CliRun run =
        probe(
            "--max=p99=1s,pss.max=80MiB",
            "--max=component:model.p50=200ms",
            "--min-success=99.9%",
            "--json=a.json",
            "--html=a.html");
    assertEquals(0, run.exit(), run.err());
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void report_onAFullDisk_losesNothingOfStdoutAndSaysSo() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of(),
            false);
    ProbeReportOptions options = new ProbeReportOptions();
    options.json = Path.of("/dev/full");
    ProbeReportOptions.Wanted wanted = options.wanted(folder);
    ExitCode exit =
        new ProbeReporter(wanted, Output.Form.JSON, console)
            .show(Results.probe().warm(100, 110).build());
    assertEquals(ExitCode.PARTLY, exit);
    assertTrue(out.toString(StandardCharsets.UTF_8).startsWith("{\"schema\":\"lkagent/probe/1\""));
    String said = err.toString(StandardCharsets.UTF_8);
    assertTrue(said.contains("no space left on device"), said);
    assertEquals(1, said.lines().count(), said);
  }

  @Test
  void file_written_replacesTheOldOneAsAWhole() throws IOException {
    Path target = folder.resolve("report.json");
    Files.writeString(target, "old");
    ReportFile file = new ReportFile("--json", target);
    file.check();
    assertEquals("old", Files.readString(target));
    file.write("new");
    assertEquals("new", Files.readString(target));
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(target), left.toList());
    }
  }
}
