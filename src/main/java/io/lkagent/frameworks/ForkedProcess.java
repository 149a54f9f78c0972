package io.lkagent.frameworks;

import io.lkagent.process.ExitStatus;
import io.lkagent.process.OsProcess;
import io.lkagent.process.ProcessSession;
import io.lkagent.time.Time;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A job process that a host forked. The host reports its exit; when the process seems to be gone
 * and the host says nothing, or the host itself is gone, the kernel's list of processes is asked.
 */
final class ForkedProcess implements OsProcess {
  /** How often a process is looked at whose channel has ended. */
  private static final Duration SOON = Duration.ofMillis(20);

  /** How often one is that lives on without its host: its channel's end will come first. */
  private static final Duration SELDOM = Duration.ofSeconds(1);

  /** How long the host's own report, which knows the status, may take after the end. */
  private static final Duration REPORT = Duration.ofMillis(500);

  private final ProcessSession session;
  private final String id;
  private final ForkStreams streams;
  private final CompletableFuture<ExitStatus> exit;
  private final Time time;
  private final InputStream fromChild;
  private final OutputStream toChild;
  private final InputStream output;
  private final AtomicBoolean suspected = new AtomicBoolean();
  private final AtomicBoolean orphaned = new AtomicBoolean();

  /**
   * A process that exists.
   *
   * @param exit completed by the host's report, if one comes
   */
  ForkedProcess(
      long pid, String id, ForkStreams streams, CompletableFuture<ExitStatus> exit, Time time) {
    this.session = new ProcessSession(pid, id, time);
    this.id = id;
    this.streams = streams;
    this.exit = exit;
    this.time = time;
    this.fromChild = streams.in(ForkStreams.Stream.PROTOCOL, this::suspect);
    this.toChild = streams.out(ForkStreams.Stream.PROTOCOL);
    this.output = streams.in(ForkStreams.Stream.OUTPUT, () -> {});
  }

  @Override
  public long pid() {
    return session.pid();
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public InputStream fromChild() {
    return fromChild;
  }

  @Override
  public OutputStream toChild() {
    return toChild;
  }

  @Override
  public InputStream output() {
    return output;
  }

  @Override
  public boolean holdsCarriers() {
    return false;
  }

  @Override
  public CompletableFuture<ExitStatus> exit() {
    return exit;
  }

  @Override
  public void kill() {
    if (!exit.isDone()) {
      session.kill();
      suspect();
    }
  }

  @Override
  public void endSession(long graceMillis) {
    session.end(graceMillis);
    streams.close();
  }

  /** Nobody will report its exit from now on. */
  void orphan() {
    if (orphaned.compareAndSet(false, true)) {
      watch(SELDOM);
    }
  }

  private void suspect() {
    if (suspected.compareAndSet(false, true)) {
      watch(SOON);
    }
  }

  private void watch(Duration step) {
    if (!exit.isDone()) {
      Thread.ofVirtual().name("forked-" + pid() + "-end").start(() -> untilGone(step));
    }
  }

  private void untilGone(Duration first) {
    Duration step = first;
    while (!exit.isDone()) {
      Optional<ExitStatus> end = session.ended();
      if (end.isPresent()) {
        report(end.get());
        return;
      }
      time.sleep(step);
      // It may close its channel and live on; then there is no hurry.
      step = step.compareTo(SELDOM) < 0 ? step.multipliedBy(5).dividedBy(4) : SELDOM;
    }
  }

  private void report(ExitStatus status) {
    long deadline = time.deadline(REPORT);
    while (!exit.isDone() && !orphaned.get() && time.nanos() - deadline < 0) {
      time.sleep(SOON);
    }
    exit.complete(status);
  }
}
