package io.lkagent.probe.report;

import io.lkagent.log.Printable;
import io.lkagent.probe.Outcome;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.ProbeRun;
import io.lkagent.probe.explain.ExitExplained;
import io.lkagent.probe.explain.LastWords;
import io.lkagent.process.ExitStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The starts that failed, those alike together. */
final class Failures {
  private static final int MOST_NUMBERS = 8;
  private static final int MOST_MEANINGS = 2;

  private Failures() {}

  /**
   * Failures of one kind.
   *
   * @param meaning who or what usually ends a process so; likeliest first
   * @param output what the last of them printed, cut to what matters
   */
  record Kind(String cause, List<ProbeRun> runs, List<String> meaning, List<String> output) {
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
        .map(e -> kind(e.getKey(), e.getValue()))
        .sorted((a, b) -> Integer.compare(b.runs().size(), a.runs().size()))
        .toList();
  }

  private static Kind kind(String cause, List<ProbeRun> runs) {
    ProbeRun last = runs.getLast();
    List<String> output =
        LastWords.of(last.outcome().output()).stream().map(Printable::of).toList();
    return new Kind(cause, runs, meaning(last), output);
  }

  private static String cause(ProbeRun run) {
    Outcome outcome = run.outcome();
    String words = Printable.of(outcome.cause().words());
    String exit = outcome.exit() == null ? "" : outcome.exit().words();
    return exit.isEmpty() || words.contains(exit) ? words : words + "; " + exit;
  }

  /** What the exit usually means; of one that the worker had made itself its reason says all. */
  private static List<String> meaning(ProbeRun run) {
    ExitStatus exit = run.outcome().exit();
    boolean unasked =
        switch (run.outcome().cause().reason()) {
          case CRASHED, CHANNEL_CLOSED, INIT_FAILED, OOM -> true;
          default -> false;
        };
    return exit == null || !unasked
        ? List.of()
        : ExitExplained.of(exit).causes().stream().limit(MOST_MEANINGS).toList();
  }

  /** As plain lines. */
  static List<String> plain(ProbeResult result) {
    List<String> lines = new ArrayList<>();
    for (Kind kind : of(result)) {
      lines.add("%d × %s (%s)".formatted(kind.runs().size(), kind.cause(), kind.numbers()));
      kind.meaning().forEach(line -> lines.add("  usually: " + line));
      kind.output().forEach(line -> lines.add("  | " + line));
    }
    return lines;
  }
}
