package io.lkagent.process;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/** The kernel's list of processes; empty where there is no {@code /proc}. */
public final class ProcessTable {
  private static final long KERNEL_THREADS = 2;

  /** The place of {@code exit_code} behind the name in {@code /proc/PID/stat}. */
  private static final int EXIT_CODE = 49;

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

  /** How a zombie ended, whose parent has not yet asked; lost when it has meanwhile. */
  ExitStatus zombieStatus(long pid) {
    return ProcFiles.text(proc.resolve(pid + "/stat"))
        .map(stat -> stat.substring(stat.lastIndexOf(')') + 1).strip().split("\\s+", -1))
        .filter(fields -> fields.length > EXIT_CODE)
        .map(fields -> ProcFiles.number(fields[EXIT_CODE]))
        .filter(OptionalLong::isPresent)
        .map(status -> ExitStatus.ofWait((int) status.getAsLong()))
        .orElseGet(ExitStatus.Lost::new);
  }

  /**
   * What a child has left behind: running processes of the session that it led, and those that made
   * a session of their own but still carry its id in their environment.
   *
   * @param session the child's pid, which is its session's id
   * @param startTicks when the child started: a process that has got its pid since is not its heir
   * @param id the child's value of {@link OsProcess#ID_VARIABLE}; empty to look at the session only
   */
  public List<ProcessEntry> leftovers(long session, long startTicks, String id) {
    Optional<ProcessEntry> leader = find(session);
    boolean reused = leader.isPresent() && leader.get().startTicks() != startTicks;
    return heirs(startTicks, id, p -> p.session() == session && !reused);
  }

  /** The running processes that carry this id, of a child that is known by nothing else. */
  List<ProcessEntry> marked(String id) {
    return heirs(0, id, p -> false);
  }

  private List<ProcessEntry> heirs(long since, String id, Predicate<ProcessEntry> known) {
    String mark = OsProcess.ID_VARIABLE + "=" + id + "\0";
    return all().stream()
        .filter(ProcessEntry::running)
        .filter(p -> p.startTicks() >= since && p.parent() != KERNEL_THREADS)
        .filter(p -> known.test(p) || (!id.isEmpty() && carries(p.pid(), mark)))
        .toList();
  }

  private boolean carries(long pid, String mark) {
    return ProcFiles.text(proc.resolve(pid + "/environ"))
        .filter(text -> text.startsWith(mark) || text.contains("\0" + mark))
        .isPresent();
  }
}
