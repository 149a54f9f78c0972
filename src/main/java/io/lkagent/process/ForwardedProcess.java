package io.lkagent.process;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;

/**
 * A process as somebody in between shows it: what a subclass does not change is the process's own.
 */
public abstract class ForwardedProcess implements OsProcess {
  private final OsProcess process;

  protected ForwardedProcess(OsProcess process) {
    this.process = process;
  }

  /** The one that is shown. */
  protected final OsProcess process() {
    return process;
  }

  @Override
  public long pid() {
    return process.pid();
  }

  @Override
  public String id() {
    return process.id();
  }

  @Override
  public InputStream fromChild() {
    return process.fromChild();
  }

  @Override
  public OutputStream toChild() {
    return process.toChild();
  }

  @Override
  public InputStream output() {
    return process.output();
  }

  @Override
  public boolean holdsCarriers() {
    return process.holdsCarriers();
  }

  @Override
  public void whenPrinted(Runnable then) {
    process.whenPrinted(then);
  }

  @Override
  public CompletableFuture<ExitStatus> exit() {
    return process.exit();
  }

  @Override
  public void kill() {
    process.kill();
  }

  @Override
  public void endSession(long graceMillis) {
    process.endSession(graceMillis);
  }
}
