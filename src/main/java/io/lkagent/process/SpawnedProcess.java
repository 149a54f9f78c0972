package io.lkagent.process;

import io.lkagent.time.Time;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;

/** A child of this process; its exit status comes from the JDK. */
final class SpawnedProcess implements OsProcess {
  private final Process process;
  private final String id;
  private final ProcessSession session;
  private final CompletableFuture<ExitStatus> exit;

  SpawnedProcess(Process process, String id, ProcessTable table, Time time) {
    this.process = process;
    this.id = id;
    this.session = new ProcessSession(process.pid(), id, table, time);
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
    session.end(graceMillis);
  }
}
