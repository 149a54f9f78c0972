package io.lkagent.process;

import io.lkagent.time.Time;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Starts children of this process, each in a session of its own and with the job protocol on file
 * descriptors 0 and 3.
 *
 * <p>All spawning happens on one platform thread: the parent-death signal fires when the
 * <em>thread</em> ends that spawned the child (prctl(2), PR_SET_PDEATHSIG), so that thread lives as
 * long as the worker. The shell moves the child's stdout, which is the pipe that the JDK reads, to
 * descriptor 3, and lets stdout join stderr.
 */
public final class ChildSpawner implements ProcessStarter, AutoCloseable {
  private static final String SHELL_WRAP = "trap '' INT TERM HUP; exec \"$@\" 3>&1 1>&2";

  private final boolean linux = System.getProperty("os.name", "").equals("Linux");
  private final ProcessTable table = new ProcessTable();
  private final Time time;
  private final QuietPipes quiet;
  private final ExecutorService spawner =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("spawner").factory());

  public ChildSpawner(Time time) {
    this.time = time;
    this.quiet = new QuietPipes(time);
  }

  @Override
  public OsProcess start(ProcessSpec spec) throws SpawnException {
    String id = UUID.randomUUID().toString();
    try {
      ProcessBuilder builder = builder(spec, id);
      return new SpawnedProcess(spawner.submit(builder::start).get(), id, table, quiet, time);
    } catch (ExecutionException e) {
      throw refused(spec, id, e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw refused(spec, id, e);
    } catch (RuntimeException | OutOfMemoryError e) {
      // An impossible variable name, a spawner that was closed, no thread for the spawner.
      throw refused(spec, id, e);
    }
  }

  private ProcessBuilder builder(ProcessSpec spec, String id) {
    ProcessBuilder builder = new ProcessBuilder(commandLine(spec.command()));
    Map<String, String> environment = builder.environment();
    environment.keySet().removeAll(spec.withheld());
    environment.putAll(spec.environment());
    environment.put(OsProcess.ID_VARIABLE, id);
    if (spec.workingDirectory() != null) {
      builder.directory(spec.workingDirectory().toFile());
    }
    return builder.redirectError(Redirect.PIPE);
  }

  private SpawnException refused(ProcessSpec spec, String id, Throwable cause) {
    if (!(cause instanceof IOException)) {
      // The JDK may have forked before it failed, as when it has no thread left to wait with.
      table
          .marked(id)
          .forEach(p -> ProcessHandle.of(p.pid()).ifPresent(ProcessHandle::destroyForcibly));
    }
    String detail =
        cause instanceof IOException || cause instanceof OutOfMemoryError
            ? String.valueOf(cause.getMessage())
            : cause.toString();
    // The JDK's message can go on for ten lines about the JDK.
    String first = detail.lines().findFirst().orElse("no reason given").strip();
    return new SpawnException(
        "cannot start " + spec.command().getFirst() + ": " + first + Scarcity.remedy(first), cause);
  }

  private List<String> commandLine(List<String> command) {
    List<String> line = new ArrayList<>();
    if (linux) {
      line.addAll(List.of("setsid", "setpriv", "--pdeathsig", "KILL"));
    }
    line.addAll(List.of("/bin/sh", "-c", SHELL_WRAP, "lkagent-job"));
    line.addAll(command);
    return line;
  }

  /** Ends the spawning thread, and with it, by their parent-death signal, what is still alive. */
  @Override
  public void close() {
    spawner.shutdown();
    quiet.close();
  }
}
