package io.lkagent.cli;

import io.lkagent.probe.faults.Fault;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code lkagent probe-init}. */
@Command(
    name = "probe-init",
    mixinStandardHelpOptions = true,
    description =
        "Starts an agent as a worker would, shows where the time goes, and gives a verdict.",
    footer = {"", "Example: lkagent probe-init --python app.py --timeout 10s"})
final class ProbeInitCommand implements Runnable, LkagentCommand.WithExit {
  @ParentCommand LkagentCommand root = LkagentCommand.unset();
  @Spec @Nullable CommandSpec spec;
  @Mixin ProbeOptions options = new ProbeOptions();
  @Mixin JobOptions job = new JobOptions();
  @Mixin AppChoice app = new AppChoice();
  @Mixin ProbeReportOptions reports = new ProbeReportOptions();
  @Mixin ProbeFaultOptions faults = new ProbeFaultOptions();
  @Mixin Output.Options output = new Output.Options();

  @Parameters(
      paramLabel = "NAME",
      arity = "0..1",
      description = "The worker of lkagent.yaml whose agent to probe.")
  @Nullable String name;

  @HelpSection("Agent")
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Instead of lkagent.yaml in this folder.")
  @Nullable Path config;

  private ExitCode exit = ExitCode.DONE;

  @Override
  public void run() {
    if (faults.told(root.console())) {
      return;
    }
    options.check();
    List<Fault> chosen = faults.chosen();
    exit =
        root.context()
            .useCases()
            .probe()
            .run(
                new UseCases.ProbeRun.ProbeCall(
                    worker(),
                    options.plan(),
                    chosen,
                    reports.wanted(root.context().directory()),
                    output.form),
                root.console());
  }

  /** The very worker that {@code worker start} would start with these options. */
  private NamedWorker worker() {
    List<NamedWorker> workers =
        root.context()
            .workersOf()
            .apply(asWorkerStart())
            .load(name == null ? List.of() : List.of(name), config);
    if (workers.size() > 1) {
      throw new UsageException(
          "lkagent.yaml names the workers %s: say which one to probe"
              .formatted(String.join(", ", workers.stream().map(NamedWorker::name).toList())));
    }
    return workers.getFirst();
  }

  private List<String> asWorkerStart() {
    List<String> words = new ArrayList<>(List.of("worker", "start"));
    if (spec == null) {
      throw new IllegalStateException("a command ran without its model");
    }
    for (OptionSpec option : spec.commandLine().getParseResult().matchedOptionsSet()) {
      if (!Environment.ofTheAgent(option)) {
        continue;
      }
      List<String> values = option.originalStringValues();
      if (values.isEmpty()) {
        words.add(option.longestName());
      }
      values.forEach(value -> words.add(option.longestName() + "=" + value));
    }
    if (options.timeout != null) {
      words.add("--init-timeout=" + options.timeout.toMillis() + "ms");
    }
    if (options.shutdownTimeout != null) {
      words.add("--shutdown-timeout=" + options.shutdownTimeout.toMillis() + "ms");
    }
    return words;
  }

  @Override
  public ExitCode exit() {
    return exit;
  }
}
