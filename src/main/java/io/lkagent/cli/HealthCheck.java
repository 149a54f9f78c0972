package io.lkagent.cli;

import io.lkagent.control.RunningWorker;
import io.lkagent.json.JsonObject;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** {@code lkagent worker health}: a container's health check that needs no curl. */
final class HealthCheck implements UseCases.HealthRun {
  @Override
  public ExitCode run(HealthRequest request, Console console) {
    Integer port = request.port();
    try {
      return port == null ? byFolder(request, console) : byPort(port, request.timeout(), console);
    } catch (IOException e) {
      console.error(String.valueOf(e.getMessage()));
      return port == null ? ExitCode.VERDICT_NO : ExitCode.UNREACHABLE;
    }
  }

  private static ExitCode byFolder(HealthRequest request, Console console) throws IOException {
    var folder = RuntimeFolder.of(request.runtimeDir(), System.getenv());
    List<RunningWorker> workers = RunningWorker.find(folder);
    if (workers.isEmpty()) {
      console.error(
          "no worker runs here (looked in "
              + folder
              + "); name its port with --port if it has none there");
      return ExitCode.UNREACHABLE;
    }
    boolean healthy = true;
    for (RunningWorker worker : workers) {
      JsonObject health = worker.ask("health", request.timeout());
      boolean well = health.string("status", "").equals("healthy");
      console.result(
          worker.name()
              + ": "
              + health.string("status", "unknown")
              + ", "
              + health.string("state", "")
              + (well ? "" : ": " + health.string("error", "")));
      healthy &= well;
    }
    return healthy ? ExitCode.DONE : ExitCode.VERDICT_NO;
  }

  private static ExitCode byPort(int port, Duration timeout, Console console) throws IOException {
    HttpURLConnection call =
        (HttpURLConnection) URI.create("http://127.0.0.1:" + port + "/").toURL().openConnection();
    call.setConnectTimeout(Math.toIntExact(timeout.toMillis()));
    call.setReadTimeout(Math.toIntExact(timeout.toMillis()));
    try {
      int status = call.getResponseCode();
      console.result(status == 200 ? "healthy" : "unhealthy (HTTP " + status + ")");
      return status == 200 ? ExitCode.DONE : ExitCode.VERDICT_NO;
    } catch (IOException e) {
      throw new IOException("no worker answers on port " + port + ": " + e.getMessage(), e);
    } finally {
      call.disconnect();
    }
  }
}
