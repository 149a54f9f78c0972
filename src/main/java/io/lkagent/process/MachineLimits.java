package io.lkagent.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** What this machine and container allow, compared with what a worker is about to need. */
public final class MachineLimits {
  /** A small JVM or a Python with its libraries; each thread counts as a task. */
  private static final int TASKS_PER_PROCESS = 20;

  private static final int FILES_PER_PROCESS = 4;
  private static final int OWN_FILES = 200;

  private final Cgroup cgroup;
  private final Path proc;

  public MachineLimits() {
    this(new Cgroup(), ProcFiles.PROC);
  }

  MachineLimits(Cgroup cgroup, Path proc) {
    this.cgroup = cgroup;
    this.proc = proc;
  }

  /** The most processes that a worker will have at once, and the memory of each. */
  public record Demand(int jobs, int idle, int initialising, long memoryPerProcess) {
    public int processes() {
      return jobs + idle + initialising;
    }

    long memory() {
      return processes() * memoryPerProcess;
    }
  }

  /** One line for people for each limit that the demand does not fit; empty when it fits. */
  public List<String> warnings(Demand demand) {
    List<String> lines = new ArrayList<>();
    long tasks = (long) demand.processes() * TASKS_PER_PROCESS;
    OptionalLong users = limit("Max processes");
    if (users.isPresent() && users.getAsLong() < tasks) {
      lines.add(tasks(demand, tasks, users.getAsLong(), "this user's (ulimit -u)"));
    }
    Optional<Cgroup.Usage> pids = cgroup.pids();
    if (pids.isPresent() && pids.get().left() < tasks) {
      lines.add(
          tasks(demand, tasks, pids.get().left(), "the container's (pids.max, less what is used)"));
    }
    long files = (long) demand.processes() * FILES_PER_PROCESS + OWN_FILES;
    OptionalLong open = limit("Max open files");
    if (open.isPresent() && open.getAsLong() < files) {
      lines.add(
          need(demand, "about " + files + " open files")
              + " but the limit (ulimit -n) is "
              + open.getAsLong()
              + ": lower --max-jobs or raise it");
    }
    memory(demand).ifPresent(lines::add);
    return lines;
  }

  private Optional<String> memory(Demand demand) {
    Optional<Cgroup.Usage> limited = cgroup.memory();
    OptionalLong machine =
        ProcFiles.value(ProcFiles.text(proc.resolve("meminfo")), "MemAvailable:");
    long left =
        limited.isPresent() ? limited.get().left() : machine.orElse(Long.MAX_VALUE >> 10) * 1024;
    if (demand.memory() <= left) {
      return Optional.empty();
    }
    long fits = left / demand.memoryPerProcess() - demand.idle() - demand.initialising();
    return Optional.of(
        need(demand, megabytes(demand.memory()))
            + " but "
            + (limited.isPresent() ? "the container's memory limit" : "the machine")
            + " leaves "
            + megabytes(left)
            + ": "
            + (fits > 0 ? "lower --max-jobs to " + fits : "lower --idle-processes and --max-jobs")
            + " or give it more memory");
  }

  private static String tasks(Demand demand, long tasks, long limit, String whose) {
    return need(demand, "about " + tasks + " processes and threads")
        + " but "
        + whose
        + " limit is "
        + limit
        + ": lower --max-jobs or raise it";
  }

  private static String need(Demand demand, String what) {
    return String.format(
        Locale.ROOT,
        "%d jobs, %d idle and %d initialising processes need %s,",
        demand.jobs(),
        demand.idle(),
        demand.initialising(),
        what);
  }

  private static String megabytes(long bytes) {
    return Math.round(bytes / 1e6) + " MB";
  }

  private OptionalLong limit(String name) {
    return ProcFiles.value(ProcFiles.text(proc.resolve("self/limits")), name);
  }
}
