package io.lkagent.process;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The kernel's list of processes; empty where there is no {@code /proc}. */
public final class ProcessTable {
  /** The environment variable that marks all descendants of a child, whatever session they make. */
  public static final String MARKER = "LKAGENT_CHILD_ID";

  private static final long KERNEL_THREADS = 2;

  private final Path proc;

  public ProcessTable() {
    this(ProcFiles.PROC);
  }

  ProcessTable(Path proc) {
    this.proc = proc;
    ProcFiles.sayOnceIfMissing(proc);
  }

  /** All processes. */
  public List<ProcessEntry> all() {
    List<ProcessEntry> all = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path entry : entries) {
        ProcFiles.text(entry.resolve("stat")).flatMap(ProcessEntry::parse).ifPresent(all::add);
      }
    } catch (IOException e) {
      // No /proc: nothing is known.
    }
    return all;
  }

  public Optional<ProcessEntry> find(long pid) {
    return ProcFiles.text(proc.resolve(pid + "/stat")).flatMap(ProcessEntry::parse);
  }

  /** When the process started, in the kernel's ticks; what tells it from a later one. */
  public OptionalLong startTicks(long pid) {
    return find(pid).stream().mapToLong(ProcessEntry::startTicks).findFirst();
  }

  /** The running processes of a session. */
  public List<ProcessEntry> ofSession(long session) {
    return all().stream().filter(p -> p.session() == session && p.running()).toList();
  }

  /**
   * What a child has left behind: running processes of the session that it led, and those that made
   * a session of their own but still carry its marker.
   *
   * @param session the child's pid, which is its session's id
   * @param startTicks when the child started: a process that has got its pid since is not its heir
   * @param marker the child's value of {@link #MARKER}
   */
  public List<ProcessEntry> leftovers(long session, long startTicks, String marker) {
    Optional<ProcessEntry> leader = find(session);
    boolean reused = leader.isPresent() && leader.get().startTicks() != startTicks;
    String marked = MARKER + "=" + marker + "\0";
    return all().stream()
        .filter(ProcessEntry::running)
        .filter(p -> p.startTicks() >= startTicks && p.parent() != KERNEL_THREADS)
        .filter(p -> (p.session() == session && !reused) || carries(p.pid(), marked))
        .toList();
  }

  private boolean carries(long pid, String marked) {
    return ProcFiles.text(proc.resolve(pid + "/environ"))
        .filter(text -> text.startsWith(marked) || text.contains("\0" + marked))
        .isPresent();
  }
}
