package io.lkagent.process;

import io.lkagent.log.Log;
import io.lkagent.time.Time;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A child of this process; its exit status comes from the JDK. */
final class SpawnedProcess implements OsProcess {
  private static final Log log = Log.of(SpawnedProcess.class);
  private static final Duration STEP = Duration.ofMillis(20);
  private static final Duration KILLING = Duration.ofSeconds(2);

  private final Process process;
  private final String id;
  private final ProcessTable table;
  private final Time time;
  private final long startTicks;
  private final CompletableFuture<ExitStatus> exit;

  SpawnedProcess(Process process, String id, ProcessTable table, Time time) {
    this.process = process;
    this.id = id;
    this.table = table;
    this.time = time;
    this.startTicks = table.startTicks(process.pid()).orElse(0);
    this.exit = process.onExit().thenApply(ended -> ExitStatus.ofJdk(ended.exitValue()));
  }

  @Override
  public long pid() {
    return process.pid();
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public InputStream fromChild() {
    return process.getInputStream();
  }

  @Override
  public OutputStream toChild() {
    return process.getOutputStream();
  }

  @Override
  public InputStream output() {
    return process.getErrorStream();
  }

  @Override
  public CompletableFuture<ExitStatus> exit() {
    return exit;
  }

  @Override
  public void kill() {
    process.destroyForcibly();
  }

  @Override
  public void endSession(long graceMillis) {
    if (leftovers().isEmpty()) {
      return;
    }
    signal(ProcessHandle::destroy);
    if (empty(Duration.ofMillis(graceMillis), () -> {})) {
      return;
    }
    // Killed until none is left: one that is just forking has a child that the scan missed.
    if (!empty(KILLING, () -> signal(ProcessHandle::destroyForcibly))) {
      List<Long> left = leftovers().stream().map(ProcessEntry::pid).toList();
      log.error("processes of a job's session do not die", "pid", pid(), "left", left.toString());
    }
  }

  private boolean empty(Duration limit, Runnable otherwise) {
    long deadline = time.deadline(limit);
    while (!leftovers().isEmpty()) {
      if (time.nanos() - deadline > 0) {
        return false;
      }
      otherwise.run();
      time.sleep(STEP);
    }
    return true;
  }

  private void signal(Consumer<ProcessHandle> signal) {
    leftovers().forEach(left -> ProcessHandle.of(left.pid()).ifPresent(signal));
  }

  private List<ProcessEntry> leftovers() {
    return table.leftovers(pid(), startTicks, id);
  }
}
