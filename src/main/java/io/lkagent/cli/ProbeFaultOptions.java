package io.lkagent.cli;

import io.lkagent.probe.explain.ExitExplained;
import io.lkagent.probe.faults.Fault;
import io.lkagent.probe.faults.Faults;
import io.lkagent.probe.report.ExitText;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which faults {@code probe-init} makes on purpose, and what it tells of faults and exits. */
final class ProbeFaultOptions {
  private static final String ALL = "all";

  @HelpSection("Faults")
  @Option(
      names = "--faults",
      paramLabel = "NAME",
      split = ",",
      description = "Then make these faults on purpose, or all: does the agent keep the protocol?")
  List<String> faults = List.of();

  @HelpSection("Faults")
  @Option(names = "--list-faults", description = "Only list the faults that can be made.")
  boolean list;

  @HelpSection("Faults")
  @Option(
      names = "--explain",
      paramLabel = "CODE",
      description = "Only say what an exit code or signal means, such as 137, -10 or SIGSEGV.")
  @Nullable String explain;

  /** The faults that were asked for, each once, in the order of the list. */
  List<Fault> chosen() {
    Set<String> wanted = new LinkedHashSet<>();
    for (String each : faults) {
      String name = each.strip();
      if (!name.equals(ALL) && Faults.named(name).isEmpty()) {
        throw new UsageException(
            "--faults: no fault \"%s\"%s (lkagent probe-init --list-faults lists them)"
                .formatted(name, Suggestion.forTypo(name, Faults.names())));
      }
      wanted.add(name);
    }
    return Faults.ALL.stream()
        .filter(fault -> wanted.contains(ALL) || wanted.contains(fault.name()))
        .toList();
  }

  /** Prints what asks for no probe; false when a probe is wanted. */
  boolean told(Console console) {
    if (list) {
      FaultText.table().forEach(console::result);
      return true;
    }
    if (explain != null) {
      ExitExplained.parse(explain)
          .orElseThrow(() ->
              new UsageException(
                  "--explain: \"%s\" is no exit code and no signal; such as 137, -10 or SIGSEGV"
                      .formatted(explain)))
          .forEach(each -> ExitText.lines(each).forEach(console::result));
      return true;
    }
    return false;
  }
}
