package io.lkagent.process;

import io.lkagent.log.Log;
import io.lkagent.time.Time;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A child of this process; its exit status comes from the JDK. */
final class SpawnedProcess implements OsProcess {
  private static final Log log = Log.of(SpawnedProcess.class);
  private static final Duration STEP = Duration.ofMillis(20);
  private static final Duration KILLING = Duration.ofSeconds(2);

  private final Process process;
  private final String id;
  private final Time time;
  private final CompletableFuture<ExitStatus> exit;

  SpawnedProcess(Process process, String id, Time time) {
    this.process = process;
    this.id = id;
    this.time = time;
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
    Session session = new Session(pid(), id);
    if (session.members().isEmpty()) {
      return;
    }
    session.members().forEach(ProcessHandle::destroy);
    if (empty(session, Duration.ofMillis(graceMillis), member -> {})) {
      return;
    }
    // Killed until none is left: one that is just forking has a child that the scan missed.
    if (!empty(session, KILLING, ProcessHandle::destroyForcibly)) {
      log.error("processes of a job's session do not die", "pid", pid(), "left", left(session));
    }
  }

  private boolean empty(Session session, Duration limit, Consumer<ProcessHandle> otherwise) {
    long deadline = time.deadline(limit);
    for (var members = session.members(); !members.isEmpty(); members = session.members()) {
      if (time.nanos() - deadline > 0) {
        return false;
      }
      members.forEach(otherwise);
      time.sleep(STEP);
    }
    return true;
  }

  private static String left(Session session) {
    return session.members().stream().map(ProcessHandle::pid).toList().toString();
  }
}
