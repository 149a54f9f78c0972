package io.lkagent.probe.report;

import io.lkagent.log.Printable;
import io.lkagent.probe.Outcome;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.ProbeRun;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The starts that failed, those alike together. */
final class Failures {
  private static final int MOST_LINES = 12;
  private static final int MOST_NUMBERS = 8;
  private static final String TRACEBACK = "Traceback (most recent call last)";

  private Failures() {}

  /**
   * Failures of one kind.
   *
   * @param output what the last of them printed, cut to what matters
   */
  record Kind(String cause, List<ProbeRun> runs, List<String> output) {
    /** {@code 3, 7, 9}. */
    String numbers() {
      String first =
          runs.stream()
              .limit(MOST_NUMBERS)
              .map(run -> Integer.toString(run.number()))
              .collect(Collectors.joining(", "));
      return (runs.size() == 1 ? "start " : "starts ")
          + first
          + (runs.size() > MOST_NUMBERS ? ", …" : "");
    }
  }

  /** The most frequent kind first. */
  static List<Kind> of(ProbeResult result) {
    Map<String, List<ProbeRun>> byCause = new LinkedHashMap<>();
    result.runs().stream()
        .filter(run -> !run.outcome().ready())
        .forEach(run -> byCause.computeIfAbsent(cause(run), _ -> new ArrayList<>()).add(run));
    return byCause.entrySet().stream()
        .map(e -> new Kind(e.getKey(), e.getValue(), last(e.getValue())))
        .sorted((a, b) -> Integer.compare(b.runs().size(), a.runs().size()))
        .toList();
  }

  private static String cause(ProbeRun run) {
    Outcome outcome = run.outcome();
    String words = Printable.of(outcome.cause().words());
    String exit = outcome.exit() == null ? "" : outcome.exit().words();
    return exit.isEmpty() || words.contains(exit) ? words : words + "; " + exit;
  }

  private static List<String> last(List<ProbeRun> runs) {
    return relevant(runs.getLast().outcome().output());
  }

  /** From the last traceback on, else from the first error on, else the last lines. */
  static List<String> relevant(List<String> output) {
    List<String> lines =
        output.stream().map(Printable::of).filter(line -> !line.isBlank()).toList();
    int from = 0;
    boolean found = false;
    for (int i = 0; i < lines.size(); i++) {
      boolean traceback = lines.get(i).contains(TRACEBACK);
      if (traceback || (!found && speaksOfError(lines.get(i)))) {
        from = i;
        found = true;
      }
    }
    List<String> part = lines.subList(from, lines.size());
    if (part.size() <= MOST_LINES) {
      return found ? part : part.subList(Math.max(0, part.size() - MOST_LINES), part.size());
    }
    List<String> cut = new ArrayList<>();
    if (found) {
      cut.add(part.getFirst());
      cut.add("…");
    }
    cut.addAll(part.subList(part.size() - MOST_LINES + cut.size(), part.size()));
    return cut;
  }

  private static boolean speaksOfError(String line) {
    String lower = line.toLowerCase(Locale.ROOT);
    return lower.contains("error")
        || lower.contains("exception")
        || lower.contains("fatal")
        || lower.contains("panic");
  }

  /** As plain lines. */
  static List<String> plain(ProbeResult result) {
    List<String> lines = new ArrayList<>();
    for (Kind kind : of(result)) {
      lines.add("%d × %s (%s)".formatted(kind.runs().size(), kind.cause(), kind.numbers()));
      kind.output().forEach(line -> lines.add("  | " + line));
    }
    return lines;
  }
}
