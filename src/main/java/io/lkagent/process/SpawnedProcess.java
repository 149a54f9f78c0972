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
  private final QuietPipes quiet;
  private final CompletableFuture<ExitStatus> exit;

  SpawnedProcess(Process process, String id, ProcessTable table, QuietPipes quiet, Time time) {
    this.process = process;
    this.id = id;
    this.quiet = quiet;
    this.session = new ProcessSession(process.pid(), id, table, time);
    this.exit = process.onExit().thenApply(this::ended);
  }

  private ExitStatus ended(Process ended) {
    quiet.stir(output());
    return ExitStatus.ofJdk(ended.exitValue());
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
  public void whenPrinted(Runnable then) {
    quiet.watch(output(), then);
    if (exit.isDone()) {
      quiet.stir(output());
    }
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
