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
   * An upper bound of the PSS for a small part of its price (the kernel walks all pages for the
   * latter): as long as this one neither moves nor nears a limit, the other need not be read.
   */
  public OptionalLong rss(long pid, long startTicks) {
    return ofSame(pid, startTicks, "status", "VmRSS:");
  }

  /**
   * The PSS in bytes; empty when the process is gone, when its pid is another's now, or where the
   * system does not tell.
   */
  public OptionalLong pss(long pid, long startTicks) {
    return ofSame(pid, startTicks, "smaps_rollup", "Pss:");
  }

  private OptionalLong ofSame(long pid, long startTicks, String file, String key) {
    OptionalLong kilobytes = ProcFiles.value(ProcFiles.text(proc.resolve(pid + "/" + file)), key);
    // Looked at last: if the process is still there now, what was read before was its own.
    OptionalLong start = table.startTicks(pid);
    boolean same = start.isPresent() && start.getAsLong() == startTicks;
    return same && kilobytes.isPresent()
        ? OptionalLong.of(kilobytes.getAsLong() * 1024)
        : OptionalLong.empty();
  }
}
