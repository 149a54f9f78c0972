package io.lkagent.testing;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** LiveKit's own Python worker as a process, with an app of the tests. */
public final class PythonWorker implements AutoCloseable {
  private static final String APP = "src/test/resources/python/echo_worker.py";

  private final Process process;
  private final Path log;

  private PythonWorker(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** Starts one that registers under {@code agentName} at {@code url}, with the server's key. */
  public static PythonWorker start(ServerUnderTest server, String url, String agentName) {
    // By jobs: by its own measure of the CPU it refuses them all on a busy machine.
    return start(server, url, agentName, Map.of("TEST_MAX_JOBS", "10"));
  }

  /** The same; {@code more} is {@code TEST_JOIN} or {@code TEST_MAX_JOBS}, see the app. */
  public static PythonWorker start(
      ServerUnderTest server, String url, String agentName, Map<String, String> more) {
    try {
      Path log = Files.createTempFile("python-worker", ".log");
      ProcessBuilder builder =
          new ProcessBuilder(PythonTools.python().toString(), APP)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      builder.environment().put("LIVEKIT_URL", url);
      builder.environment().put("LIVEKIT_API_KEY", server.key());
      builder.environment().put("LIVEKIT_API_SECRET", server.secret());
      builder.environment().put("TEST_AGENT_NAME", agentName);
      builder.environment().putAll(more);
      return new PythonWorker(builder.start(), log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void awaitOutput(String text, Duration limit) {
    Eventually.eventually(
        limit,
        () -> "it does not say \"" + text + "\": " + output(),
        () -> output().contains(text) || ended());
    if (!output().contains(text)) {
      fail("it ended without saying \"" + text + "\": " + output());
    }
  }

  /** Asks it to drain, as a supervisor does. */
  public void terminate() {
    process.destroy();
  }

  /** Its exit code, which must come within {@code limit}. */
  public int awaitExit(Duration limit) {
    Eventually.eventually(limit, () -> "it does not end: " + output(), this::ended);
    return process.exitValue();
  }

  private boolean ended() {
    return !process.isAlive();
  }

  public String output() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    List<ProcessHandle> family = process.descendants().toList();
    family.forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        fail("the Python worker survived SIGKILL");
      }
      Files.deleteIfExists(log);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
