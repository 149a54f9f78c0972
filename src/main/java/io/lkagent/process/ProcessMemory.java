package io.lkagent.process;

import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * The memory of one process as PSS: its own pages and its share of those that it shares, so that
 * the figures of all processes can be added up.
 */
public final class ProcessMemory {
  /** How the figure is called where people see it. */
  public static final String METRIC = "PSS";

  private final Path proc;
  private final ProcessTable table;

  public ProcessMemory() {
    this(ProcFiles.PROC);
  }

  ProcessMemory(Path proc) {
    this.proc = proc;
    this.table = new ProcessTable(proc);
  }

  /**
   * The PSS in bytes; empty when the process is gone, when its pid is another's now, or where the
   * system does not tell. The kernel walks all the process's pages for it.
   */
  public OptionalLong pss(long pid, long startTicks) {
    OptionalLong kilobytes =
        ProcFiles.value(ProcFiles.text(proc.resolve(pid + "/smaps_rollup")), "Pss:");
    // Looked at last: if the process is still there now, what was read before was its own.
    OptionalLong start = table.startTicks(pid);
    boolean same = start.isPresent() && start.getAsLong() == startTicks;
    return same && kilobytes.isPresent()
        ? OptionalLong.of(kilobytes.getAsLong() * 1024)
        : OptionalLong.empty();
  }
}
