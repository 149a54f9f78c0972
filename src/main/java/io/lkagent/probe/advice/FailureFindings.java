package io.lkagent.probe.advice;

import io.lkagent.probe.Component;
import io.lkagent.probe.Finding;
import io.lkagent.probe.Finding.Severity;
import io.lkagent.probe.Outcome;
import io.lkagent.probe.ProbeRun;
import io.lkagent.probe.Times;
import io.lkagent.process.ExitStatus;
import io.lkagent.supervise.StopReason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Starts that failed, and components that starts went on without. */
final class FailureFindings {
  /** How much of an agent's last line is quoted: what fits into a line of the report. */
  private static final int LONGEST_QUOTE = 120;

  private FailureFindings() {}

  static List<Finding> of(Figures figures) {
    List<ProbeRun> counted = figures.result().counted();
    List<Finding> found = new ArrayList<>();
    Map<String, List<ProbeRun>> byCause = byCause(counted);
    int failed = byCause.values().stream().mapToInt(List::size).sum();
    if (failed > 0) {
      found.add(
          failed == counted.size() && byCause.size() == 1
              ? always(counted)
              : some(byCause, failed, counted.size()));
    }
    found.addAll(degraded(counted));
    return found;
  }

  private static Map<String, List<ProbeRun>> byCause(List<ProbeRun> runs) {
    Map<String, List<ProbeRun>> causes = new LinkedHashMap<>();
    runs.stream()
        .filter(run -> !run.outcome().ready())
        .forEach(run -> causes.computeIfAbsent(cause(run), c -> new ArrayList<>()).add(run));
    return causes;
  }

  /** What must be the same for two starts to have failed of the same. */
  private static String cause(ProbeRun run) {
    Outcome outcome = run.outcome();
    ExitStatus exit = outcome.exit();
    // After an init timeout the exit is the worker's own doing, and not always the same.
    return outcome.cause().reason() == StopReason.INIT_TIMEOUT || exit == null
        ? outcome.cause().reason().text()
        : outcome.cause().reason().text() + ", " + exit.words();
  }

  /** Each process that the pool starts ends in the same way: it would back off and try for ever. */
  private static Finding always(List<ProbeRun> runs) {
    ProbeRun last = runs.getLast();
    long after = Medians.of(runs, run -> run.times().ended());
    String what =
        "%s failed with the same cause, after %s: %s; %s%s"
            .formatted(
                runs.size() == 1 ? "the one start" : "all " + runs.size() + " starts",
                Words.time(after),
                last.outcome().cause().words(),
                reached(last),
                quote(last));
    return new Finding("crash-loop", Severity.ERROR, what, remedy(last), Math.max(0, after));
  }

  private static Finding some(Map<String, List<ProbeRun>> byCause, int failed, int starts) {
    List<Map.Entry<String, List<ProbeRun>>> most =
        byCause.entrySet().stream()
            .sorted(Comparator.comparingInt(each -> -each.getValue().size()))
            .toList();
    ProbeRun example = most.getFirst().getValue().getLast();
    String what =
        "%d of %s failed: %s; the last of the first kind: %s; %s%s"
            .formatted(
                failed,
                Words.count(starts, "start"),
                most.stream()
                    .map(each -> each.getValue().size() + " × " + each.getKey())
                    .collect(Collectors.joining(", ")),
                example.outcome().cause().words(),
                reached(example),
                quote(example));
    long after = Medians.of(most.getFirst().getValue(), run -> run.times().ended());
    return new Finding("starts-fail", Severity.ERROR, what, remedy(example), Math.max(0, after));
  }

  /** How far it came. */
  private static String reached(ProbeRun run) {
    Times times = run.times();
    if (times.ready() != Times.UNKNOWN) {
      return "it was ready after " + Words.time(times.ready());
    }
    if (times.hello() == Times.UNKNOWN) {
      return "it never said hello";
    }
    Optional<Component> last =
        run.components().stream().max(Comparator.comparingLong(Component::end));
    return "it said hello after "
        + Words.time(times.hello())
        + last.map(c -> ", `" + c.name() + "` ended last").orElse(", and no component ended");
  }

  private static String quote(ProbeRun run) {
    return run.outcome().output().reversed().stream()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .findFirst()
        .map(line ->
            "; its last words: "
                + (line.length() > LONGEST_QUOTE ? line.substring(0, LONGEST_QUOTE) + "…" : line))
        .orElse("");
  }

  private static String remedy(ProbeRun run) {
    StopReason reason = run.outcome().cause().reason();
    if (reason == StopReason.INIT_TIMEOUT) {
      return "find what it waits for behind the last step that ended; give calls to the network a"
          + " timeout shorter than --init-timeout";
    }
    if (reason == StopReason.SPAWN_FAILED) {
      return "look at the command line and at the file's permissions";
    }
    if (reason == StopReason.OOM || reason == StopReason.MEMORY_LIMIT) {
      return "load less at the start, or raise the limit";
    }
    return "start its command by hand and read what it prints;"
        + " a worker would try again and again, ever more slowly";
  }

  private static List<Finding> degraded(List<ProbeRun> runs) {
    Map<String, List<String>> byComponent = new LinkedHashMap<>();
    for (ProbeRun run : runs) {
      run.outcome().degraded().stream()
          .distinct()
          .forEach(words ->
              byComponent
                  .computeIfAbsent(words.split(": ", 2)[0], n -> new ArrayList<>())
                  .add(words));
    }
    return byComponent.entrySet().stream()
        .map(each ->
            new Finding(
                "degraded",
                Severity.WARN,
                "%d of %s went on without `%s`: %s"
                    .formatted(
                        each.getValue().size(),
                        Words.count(runs.size(), "start"),
                        each.getKey(),
                        error(each.getValue().getLast())),
                "see why it fails; calls that come now are served without it",
                0))
        .toList();
  }

  private static String error(String words) {
    String[] parts = words.split(": ", 2);
    return parts.length == 2 ? parts[1] : "it said no reason";
  }
}
