package io.lkagent.cli;

import io.lkagent.api.Credentials;
import io.lkagent.ops.DispatchRequest;
import io.lkagent.probe.ProbePlan;
import io.lkagent.probe.faults.Fault;
import io.lkagent.protocol.Endpoint;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the commands call once their input is valid; tests put their own in. */
record UseCases(
    WorkerRun worker,
    DrainRun drain,
    HealthRun health,
    DispatchRun dispatch,
    StatusRun status,
    DevServerRun devServer,
    DemoRun demo,
    ProbeRun probe) {
  /** Runs workers until they are told to stop. */
  interface WorkerRun {
    ExitCode run(List<NamedWorker> workers, boolean dev, Console console);

    /** Shows each worker's settings, with what its app says: {@code --print-config}. */
    default ExitCode show(List<NamedWorker> workers, Console console) {
      workers.forEach(worker -> Shown.table(worker).forEach(console::result));
      return ExitCode.DONE;
    }
  }

  /** Asks a running worker to finish its jobs and leave. */
  interface DrainRun {
    /** {@code worker} is a pid, or null for the only one. */
    record DrainRequest(@Nullable String worker, @Nullable Path runtimeDir, Duration timeout) {}

    ExitCode run(DrainRequest request, Console console);
  }

  /** Asks a running worker whether it is well. */
  interface HealthRun {
    record HealthRequest(@Nullable Path runtimeDir, @Nullable Integer port, Duration timeout) {}

    ExitCode run(HealthRequest request, Console console);
  }

  /** Brings an agent into a room, or shows and ends what brought agents into rooms. */
  interface DispatchRun {
    /** What is to be done. */
    sealed interface Wish {
      record Bring(DispatchRequest request) implements Wish {}

      /** {@code room} is null for all rooms. */
      record ListThem(@Nullable String room) implements Wish {}

      record Delete(String room, String dispatchId) implements Wish {}
    }

    record DispatchCall(
        Wish wish,
        Endpoint endpoint,
        Credentials credentials,
        @Nullable Path runtimeDir,
        Output.Form form) {}

    ExitCode run(DispatchCall call, Console console);
  }

  /** Shows workers and their processes. */
  interface StatusRun {
    /** {@code addresses} are empty for the workers of this host. */
    record StatusCall(
        List<URI> addresses, @Nullable Path runtimeDir, Duration timeout, Output.Form form) {}

    ExitCode run(StatusCall call, Console console);
  }

  /** Runs the dev server until it is told to stop. */
  interface DevServerRun {
    ExitCode run(DevServerOptions options, SecretSource secret, Console console);
  }

  /** Starts an agent again and again, and judges how it does. */
  interface ProbeRun {
    /** {@code faults} are made on purpose behind the starts. */
    record ProbeCall(
        NamedWorker worker,
        ProbePlan plan,
        List<Fault> faults,
        ProbeReportOptions.Wanted wanted,
        Output.Form form) {}

    ExitCode run(ProbeCall call, Console console);
  }

  /** Shows the main job: many rooms, one process each. */
  interface DemoRun {
    record DemoRequest(int rooms, Duration hold, AppChoice app) {}

    ExitCode run(DemoRequest request, Console console);
  }
}
