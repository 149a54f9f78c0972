package io.lkagent.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Short commands that run beside the agents, each to its end; all of them can be ended at once. */
public final class SideCommand {
  private final Set<Process> underWay = ConcurrentHashMap.newKeySet();
  private volatile boolean stopped;

  /**
   * How one ended.
   *
   * @param exit its exit code; -1 when it was ended, took too long, or was not started any more
   * @param output what it printed
   */
  public record Result(int exit, String output) {}

  /** Runs one without input. */
  public Result run(ProcessSpec spec, Duration limit) throws IOException, InterruptedException {
    Path output = Files.createTempFile("lkagent-command", ".log");
    try {
      Process process = started(spec, output);
      int exit = process == null ? -1 : exit(process, limit);
      return new Result(exit, new String(Files.readAllBytes(output), StandardCharsets.UTF_8));
    } finally {
      Files.deleteIfExists(output);
    }
  }

  /** Ends what runs; nothing runs from now on. */
  public synchronized void stop() {
    stopped = true;
    underWay.forEach(SideCommand::kill);
  }

  /** Null when nothing is to run any more. */
  private synchronized @Nullable Process started(ProcessSpec spec, Path output) throws IOException {
    if (stopped) {
      return null;
    }
    ProcessBuilder builder =
        new ProcessBuilder(spec.command())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().keySet().removeAll(spec.withheld());
    builder.environment().putAll(spec.environment());
    if (spec.workingDirectory() != null) {
      builder.directory(spec.workingDirectory().toFile());
    }
    Process process = builder.start();
    underWay.add(process);
    return process;
  }

  private int exit(Process process, Duration limit) throws InterruptedException {
    try {
      boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      return ended && !stopped ? process.exitValue() : -1;
    } finally {
      underWay.remove(process);
      kill(process);
    }
  }

  private static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
