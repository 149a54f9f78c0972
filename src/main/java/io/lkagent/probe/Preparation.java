package io.lkagent.probe;

import io.lkagent.process.ProcessSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The user's shell command before each start, whose time is nobody's. */
final class Preparation {
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private final @Nullable String command;
  private final ProcessSpec like;
  private final Set<Process> underWay = ConcurrentHashMap.newKeySet();
  private volatile boolean stopped;

  /**
   * @param command null for none
   * @param like in whose folder it runs, with the same variables
   */
  Preparation(@Nullable String command, ProcessSpec like) {
    this.command = command;
    this.like = like;
  }

  /**
   * Runs it to its end.
   *
   * @throws ProbeFault when it fails, with what it printed
   */
  void run() throws ProbeFault, InterruptedException {
    if (command == null || stopped) {
      return;
    }
    try {
      Path output = Files.createTempFile("lkagent-prepare", ".log");
      try {
        check(started(command, output), output);
      } finally {
        Files.deleteIfExists(output);
      }
    } catch (IOException e) {
      throw new ProbeFault("--prepare: cannot run it: " + e.getMessage());
    }
  }

  /** Ends what runs. */
  void stop() {
    stopped = true;
    underWay.forEach(Preparation::kill);
  }

  private Process started(String line, Path output) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("/bin/sh", "-c", line)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().keySet().removeAll(like.withheld());
    builder.environment().putAll(like.environment());
    if (like.workingDirectory() != null) {
      builder.directory(like.workingDirectory().toFile());
    }
    return builder.start();
  }

  private void check(Process process, Path output)
      throws ProbeFault, IOException, InterruptedException {
    underWay.add(process);
    try {
      if (stopped || !process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        kill(process);
        throw new ProbeFault("--prepare: did not end within " + LIMIT.toMinutes() + " minutes");
      }
    } finally {
      underWay.remove(process);
      kill(process);
    }
    if (process.exitValue() != 0) {
      throw new ProbeFault(
          "--prepare: the command ended with exit code "
              + process.exitValue()
              + "; no start was made after it",
          new String(Files.readAllBytes(output), StandardCharsets.UTF_8));
    }
  }

  private static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
