package io.lkagent.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What one run of the command line in memory left: exit code, both outputs, workers started. */
record CliRun(int exit, String out, String err, List<NamedWorker> workers) {
  static CliRun of(Path directory, Map<String, String> environment, String... args) {
    List<NamedWorker> started = new ArrayList<>();
    UseCases useCases =
        new UseCases(
            (workers, _, _) -> {
              started.addAll(workers);
              return ExitCode.DONE;
            },
            (_, _) -> {
              throw new IllegalStateException("a bug");
            },
            (_, _) -> ExitCode.VERDICT_NO,
            (_, _) -> ExitCode.DONE,
            (_, _) -> ExitCode.DONE,
            (_, _, _) -> ExitCode.DONE,
            (_, _) -> ExitCode.DONE,
            (call, _) -> {
              started.add(call.worker());
              return ExitCode.DONE;
            });
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exit =
        Cli.run(
            args,
            environment,
            directory,
            useCases,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new CliRun(
        exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8), started);
  }

  WorkerOptions options() {
    return workers.getFirst().options();
  }
}
