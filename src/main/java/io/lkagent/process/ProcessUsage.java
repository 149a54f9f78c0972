package io.lkagent.process;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What one process has used so far, as Linux's {@code /proc} tells it (proc(5)); 0 for what it does
 * not tell.
 *
 * @param cpuNanos user and system time of all its threads
 * @param waitNanos how long threads that are still there stood ready to run and had no CPU
 * @param rss resident memory in bytes
 * @param pss the same, with what is shared counted in shares
 * @param minorFaults pages that were already in memory
 * @param majorFaults pages that had to be read
 * @param readBytes what it read by system calls, from pipes and caches too
 * @param diskBytes what had to be fetched from storage for it
 * @param fds open file descriptors
 */
public record ProcessUsage(
    long cpuNanos,
    long waitNanos,
    long rss,
    long pss,
    long minorFaults,
    long majorFaults,
    long readBytes,
    long diskBytes,
    int threads,
    int fds) {
  private static final int MINOR = 7;
  private static final int MAJOR = 9;
  private static final int USER = 11;
  private static final int SYSTEM = 12;
  private static final int THREADS = 17;

  /** Linux reports times to programs in hundredths of a second, on every machine (USER_HZ). */
  private static final long TICK_NANOS = 10_000_000;

  /** Reads it; empty when the process is gone or the system has no {@code /proc}. */
  public static Optional<ProcessUsage> of(long pid) {
    Path process = ProcFiles.PROC.resolve(Long.toString(pid));
    Optional<String> stat = ProcFiles.text(process.resolve("stat"));
    if (stat.isEmpty()) {
      return Optional.empty();
    }
    String text = stat.get();
    String[] fields = text.substring(text.lastIndexOf(')') + 1).strip().split("\\s+", -1);
    if (fields.length <= THREADS) {
      return Optional.empty();
    }
    long ticks = (number(fields[USER]) + number(fields[SYSTEM])) * TICK_NANOS;
    long[] scheduled = scheduled(process);
    Optional<String> memory = ProcFiles.text(process.resolve("smaps_rollup"));
    Optional<String> io = ProcFiles.text(process.resolve("io"));
    return Optional.of(
        new ProcessUsage(
            Math.max(ticks, scheduled[0]),
            scheduled[1],
            kilobytes(memory, "Rss:"),
            kilobytes(memory, "Pss:"),
            number(fields[MINOR]),
            number(fields[MAJOR]),
            ProcFiles.value(io, "rchar:").orElse(0),
            ProcFiles.value(io, "read_bytes:").orElse(0),
            (int) number(fields[THREADS]),
            ProcFiles.entries(process.resolve("fd")).size()));
  }

  /** Time on a CPU and time waiting for one: exact, but only of threads that are still there. */
  private static long[] scheduled(Path process) {
    long[] sums = new long[2];
    for (Path task : ProcFiles.entries(process.resolve("task"))) {
      String[] words = ProcFiles.text(task.resolve("schedstat")).orElse("").strip().split(" ", -1);
      if (words.length > 1) {
        sums[0] += number(words[0]);
        sums[1] += number(words[1]);
      }
    }
    return sums;
  }

  private static long kilobytes(Optional<String> text, String key) {
    OptionalLong value = ProcFiles.value(text, key);
    return value.isPresent() ? value.getAsLong() * 1024 : 0;
  }

  private static long number(String text) {
    return ProcFiles.number(text).orElse(0);
  }
}
