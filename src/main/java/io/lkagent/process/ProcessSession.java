package io.lkagent.process;

import io.lkagent.log.Log;
import io.lkagent.time.Time;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One process that leads a session, whoever started it, and what it leaves behind; known by its pid
 * and start time, so that a later owner of the pid is never meant.
 */
public final class ProcessSession {
  private static final Log log = Log.of(ProcessSession.class);
  private static final Duration STEP = Duration.ofMillis(20);
  private static final Duration KILLING = Duration.ofSeconds(2);

  private final long pid;
  private final String id;
  private final ProcessTable table;
  private final Time time;
  private final long startTicks;

  /**
   * A session that exists now.
   *
   * @param id by which descendants that left the session are found ({@link OsProcess#ID_VARIABLE});
   *     empty to leave those alone
   */
  public ProcessSession(long pid, String id, Time time) {
    this(pid, id, new ProcessTable(), time);
  }

  ProcessSession(long pid, String id, ProcessTable table, Time time) {
    this.pid = pid;
    this.id = id;
    this.table = table;
    this.time = time;
    this.startTicks = table.startTicks(pid).orElse(0);
  }

  public long pid() {
    return pid;
  }

  /** SIGKILL to the leader itself; nothing happens when it is gone. */
  public void kill() {
    if (ended().isEmpty()) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  /** Sends the leader a signal, such as {@code USR1}; nothing happens when it is gone. */
  public void signal(String name) throws InterruptedException {
    if (ended().isPresent()) {
      return;
    }
    try {
      new ProcessBuilder("/bin/sh", "-c", "kill -s \"$1\" \"$2\"", "sh", name, Long.toString(pid))
          .redirectErrorStream(true)
          .start()
          .waitFor();
    } catch (IOException e) {
      log.error("a signal could not be sent", e, "pid", pid, "signal", name);
    }
  }

  /**
   * How the leader ended as far as the kernel still tells: {@link ExitStatus.Lost} once its parent
   * has taken the status away. Empty while it lives.
   */
  public Optional<ExitStatus> ended() {
    Optional<ProcessEntry> entry = table.find(pid);
    if (entry.isEmpty()) {
      // Where there is no /proc, the JDK knows.
      boolean lives = ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
      return lives ? Optional.empty() : Optional.of(new ExitStatus.Lost());
    }
    if (entry.get().startTicks() != startTicks) {
      return Optional.of(new ExitStatus.Lost());
    }
    return entry.get().running() ? Optional.empty() : Optional.of(table.zombieStatus(pid));
  }

  /** SIGTERM, then after {@code graceMillis} SIGKILL, to whatever is left of the session. */
  public void end(long graceMillis) {
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
      log.error("processes of a session do not die", "pid", pid, "left", left.toString());
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
    return table.leftovers(pid, startTicks, id);
  }
}
