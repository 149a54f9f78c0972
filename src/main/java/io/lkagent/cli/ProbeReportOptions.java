package io.lkagent.cli;

import io.lkagent.probe.report.Baseline;
import io.lkagent.probe.report.Terms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a probe's verdict depends on, and the files that show it. */
final class ProbeReportOptions {
  private static final long LARGEST = 1L << 29;
  private static final double MOST_GROWTH = 100_000;

  @HelpSection("Verdict")
  @Option(
      names = "--max",
      paramLabel = "FIGURE=VALUE",
      split = ",",
      description =
          "The most it may be: p99=1s (of the time to ready), pss.max=80MiB, component:NAME.p50=200ms;"
              + " repeatable.")
  List<String> max = new ArrayList<>();

  @HelpSection("Verdict")
  @Option(
      names = "--min-success",
      paramLabel = "PERCENT",
      defaultValue = "100%",
      description = "The least share of starts that must become ready.")
  String minSuccess = "100%";

  @HelpSection("Verdict")
  @Option(
      names = "--compare",
      paramLabel = "FILE",
      description = "Show what has changed since an earlier probe's --json, and what is noise.")
  @Nullable Path compare;

  @HelpSection("Verdict")
  @Option(
      names = "--fail-on-regression",
      paramLabel = "PERCENT",
      description =
          "With --compare: fail when the median time to ready grew by more, and it is no noise.")
  @Nullable String failOnRegression;

  @HelpSection("Reports")
  @Option(names = "--json", paramLabel = "FILE", description = "Write the whole report as JSON.")
  @Nullable Path json;

  @HelpSection("Reports")
  @Option(names = "--junit", paramLabel = "FILE", description = "Write the checks as JUnit XML.")
  @Nullable Path junit;

  @HelpSection("Reports")
  @Option(names = "--csv", paramLabel = "FILE", description = "Write a row for each start.")
  @Nullable Path csv;

  @HelpSection("Reports")
  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write one page with charts, for a browser; it needs no network.")
  @Nullable Path html;

  /**
   * The same, valid.
   *
   * @param files by the form that they get
   */
  record Wanted(Terms terms, @Nullable Baseline baseline, Map<Form, ReportFile> files) {
    Wanted {
      files = new LinkedHashMap<>(files);
    }
  }

  /** The forms of a report's file. */
  enum Form {
    JSON,
    JUNIT,
    CSV,
    HTML
  }

  /** Says what is wrong with them, an unwritable file included, before the first start. */
  Wanted wanted(Path directory) {
    if (failOnRegression != null && compare == null) {
      throw new UsageException(
          "--fail-on-regression needs an earlier probe; give it with --compare");
    }
    Terms terms =
        new Terms(
            max.stream().map(Thresholds::max).toList(),
            Thresholds.percent("--min-success", minSuccess, 100),
            failOnRegression == null
                ? OptionalDouble.empty()
                : OptionalDouble.of(
                    Thresholds.percent("--fail-on-regression", failOnRegression, MOST_GROWTH)));
    Baseline baseline = compare == null ? null : baseline(compare, directory);
    Map<Form, ReportFile> files = new LinkedHashMap<>();
    file(files, Form.JSON, "--json", json, directory);
    file(files, Form.JUNIT, "--junit", junit, directory);
    file(files, Form.CSV, "--csv", csv, directory);
    file(files, Form.HTML, "--html", html, directory);
    return new Wanted(terms, baseline, files);
  }

  private static void file(
      Map<Form, ReportFile> files, Form form, String option, @Nullable Path path, Path directory) {
    if (path == null) {
      return;
    }
    if (path.toString().equals("-")) {
      throw new UsageException(
          option + " - is no file; name one (stdout has the report: -o json or yaml)");
    }
    ReportFile file = new ReportFile(option, directory.resolve(path));
    for (ReportFile other : files.values()) {
      if (other
          .path()
          .toAbsolutePath()
          .normalize()
          .equals(file.path().toAbsolutePath().normalize())) {
        throw new UsageException(
            "%s and %s both name %s; give each its own".formatted(other.option(), option, path));
      }
    }
    file.check();
    files.put(form, file);
  }

  private static Baseline baseline(Path file, Path directory) {
    Path path = directory.resolve(file);
    try {
      if (Files.isRegularFile(path) && Files.size(path) > LARGEST) {
        throw new UsageException(
            "--compare " + file + " is larger than 512 MiB; is it a probe's JSON?");
      }
      return Baseline.read(file.toString(), Files.readString(path));
    } catch (Baseline.Unreadable e) {
      throw new UsageException(
          "--compare %s is not a probe's report: %s; write one with probe-init --json"
              .formatted(file, e.getMessage()));
    } catch (java.nio.charset.CharacterCodingException e) {
      throw new UsageException(
          "--compare %s is not a probe's report: it is no text; write one with probe-init --json"
              .formatted(file));
    } catch (IOException e) {
      throw new UsageException(
          "--compare %s cannot be read (%s); write it with probe-init --json"
              .formatted(file, ReportFile.why(e)));
    }
  }
}
