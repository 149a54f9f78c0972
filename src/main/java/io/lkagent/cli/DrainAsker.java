package io.lkagent.cli;

import io.lkagent.control.RunningWorker;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@code lkagent worker drain}: asks a running worker to finish, and waits until it has. */
final class DrainAsker implements UseCases.DrainRun {
  private static final java.time.Duration ANSWER = java.time.Duration.ofSeconds(5);

  @Override
  public ExitCode run(DrainRequest request, Console console) {
    try {
      return drain(request, console);
    } catch (IOException e) {
      console.error(String.valueOf(e.getMessage()));
      return ExitCode.UNREACHABLE;
    }
  }

  private static ExitCode drain(DrainRequest request, Console console) throws IOException {
    var folder = RuntimeFolder.of(request.runtimeDir(), System.getenv());
    List<RunningWorker> workers = RunningWorker.find(folder);
    String wanted = request.worker();
    List<RunningWorker> chosen =
        workers.stream()
            .filter(w ->
                wanted == null || wanted.equals(Long.toString(w.pid())) || wanted.equals(w.name()))
            .toList();
    if (chosen.isEmpty()) {
      console.error(
          "no worker "
              + (wanted == null ? "runs here" : wanted + " runs here")
              + " (looked in "
              + folder
              + ")");
      return ExitCode.UNREACHABLE;
    }
    if (chosen.size() > 1) {
      console.error(
          "several workers run here; name one by its pid: "
              + String.join(
                  ", ", chosen.stream().map(w -> w.pid() + " (" + w.name() + ")").toList()));
      return ExitCode.USAGE;
    }
    RunningWorker worker = chosen.getFirst();
    long jobs = worker.ask("drain", ANSWER).number("jobs", 0);
    console.note(
        "worker " + worker.name() + " (pid " + worker.pid() + ") drains; " + jobs + " jobs run");
    return awaitEnd(worker, request, console);
  }

  private static ExitCode awaitEnd(RunningWorker worker, DrainRequest request, Console console)
      throws IOException {
    var process = ProcessHandle.of(worker.pid());
    try {
      if (process.isPresent()) {
        process.get().onExit().get(request.timeout().toMillis(), TimeUnit.MILLISECONDS);
      }
      console.result("drained");
      return ExitCode.DONE;
    } catch (TimeoutException e) {
      console.error(
          "worker "
              + worker.name()
              + " still has jobs; it goes on draining (lkagent worker drain --timeout waits longer)");
      return ExitCode.VERDICT_NO;
    } catch (ExecutionException e) {
      throw new IOException("cannot wait for pid " + worker.pid(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.INTERRUPTED;
    }
  }
}
