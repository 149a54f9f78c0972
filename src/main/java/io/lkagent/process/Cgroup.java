package io.lkagent.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The limits and counters of the container that this process is in, version 1 and 2 of the kernel's
 * interface. A limit may stand at any level above; the tightest counts.
 */
public final class Cgroup {
  /** More than any machine has: version 1 writes "no limit" as a huge number. */
  private static final long UNLIMITED = 1L << 60;

  private final Path root;
  private final List<String> memberships;
  private final boolean unified;

  public Cgroup() {
    this(ProcFiles.CGROUPS, ProcFiles.PROC.resolve("self/cgroup"));
  }

  Cgroup(Path root, Path membership) {
    this.root = root;
    this.memberships = ProcFiles.text(membership).stream().flatMap(String::lines).toList();
    this.unified = Files.exists(root.resolve("cgroup.controllers"));
  }

  /** Whether it is the kernel's version 2. */
  boolean unified() {
    return unified;
  }

  /** A limit and what is used of it, at the level where the least is left. */
  public record Usage(long limit, long used) {
    public long left() {
      return Math.max(0, limit - used);
    }
  }

  /** How often and how long the group's processes were held back for their CPU quota. */
  public record Throttling(long periods, long nanos) {}

  /** How many CPUs the quota allows, as a fraction; empty without a quota. */
  public OptionalDouble cpuQuota() {
    return levels("cpu").map(this::quotaAt).flatMapToDouble(OptionalDouble::stream).min();
  }

  /** The CPU time that all processes of the group have used. */
  public OptionalLong cpuUsedNanos() {
    Path group = group(unified ? "" : "cpuacct");
    return unified
        ? times(ProcFiles.value(ProcFiles.text(group.resolve("cpu.stat")), "usage_usec"), 1000)
        : number(group.resolve("cpuacct.usage"));
  }

  public Optional<Throttling> throttling() {
    Optional<String> stat = ProcFiles.text(group("cpu").resolve("cpu.stat"));
    OptionalLong periods = ProcFiles.value(stat, "nr_throttled");
    OptionalLong nanos =
        unified
            ? times(ProcFiles.value(stat, "throttled_usec"), 1000)
            : ProcFiles.value(stat, "throttled_time");
    return periods.isPresent() && nanos.isPresent()
        ? Optional.of(new Throttling(periods.getAsLong(), nanos.getAsLong()))
        : Optional.empty();
  }

  /** The memory limit, and what is used of it less the file cache that the kernel can drop. */
  public Optional<Usage> memory() {
    String limit = unified ? "memory.max" : "memory.limit_in_bytes";
    String used = unified ? "memory.current" : "memory.usage_in_bytes";
    String cache = unified ? "inactive_file" : "total_inactive_file";
    return tightest(
        "memory",
        level ->
            usage(
                number(level.resolve(limit)),
                number(level.resolve(used)),
                ProcFiles.value(ProcFiles.text(level.resolve("memory.stat")), cache)));
  }

  /** The limit of tasks (processes and threads), and how many there are. */
  public Optional<Usage> pids() {
    return tightest(
        "pids",
        level ->
            usage(
                number(level.resolve("pids.max")),
                number(level.resolve("pids.current")),
                OptionalLong.empty()));
  }

  /** How many processes of the group the kernel has killed for want of memory. */
  public OptionalLong oomKills() {
    String file = unified ? "memory.events" : "memory.oom_control";
    return ProcFiles.value(ProcFiles.text(group("memory").resolve(file)), "oom_kill");
  }

  private OptionalDouble quotaAt(Path level) {
    OptionalLong quota;
    OptionalLong period;
    if (unified) {
      String[] words =
          ProcFiles.text(level.resolve("cpu.max")).orElse("max").strip().split(" ", -1);
      quota = ProcFiles.number(words[0]);
      period = words.length > 1 ? ProcFiles.number(words[1]) : OptionalLong.empty();
    } else {
      quota = number(level.resolve("cpu.cfs_quota_us"));
      period = number(level.resolve("cpu.cfs_period_us"));
    }
    return quota.orElse(-1) > 0 && period.orElse(-1) > 0
        ? OptionalDouble.of((double) quota.getAsLong() / period.getAsLong())
        : OptionalDouble.empty();
  }

  private Optional<Usage> tightest(String controller, Function<Path, Optional<Usage>> read) {
    return levels(controller)
        .map(read)
        .flatMap(Optional::stream)
        .min((a, b) -> Long.compare(a.left(), b.left()));
  }

  private static Optional<Usage> usage(OptionalLong limit, OptionalLong used, OptionalLong cache) {
    if (limit.isEmpty() || limit.getAsLong() >= UNLIMITED) {
      return Optional.empty();
    }
    return Optional.of(new Usage(limit.getAsLong(), Math.max(0, used.orElse(0) - cache.orElse(0))));
  }

  /** This process's group of a controller and those above it, up to the root. */
  Stream<Path> levels(String controller) {
    Path top = unified ? root : root.resolve(controller);
    return Stream.iterate(group(controller), p -> p != null && p.startsWith(top), Path::getParent);
  }

  Path group(String controller) {
    Path top = unified ? root : root.resolve(controller);
    Path group = top.resolve("." + membership(controller)).normalize();
    // Inside a container the path is the host's, while the files are mounted at the top.
    return group.startsWith(top) && Files.isDirectory(group) ? group : top;
  }

  private String membership(String controller) {
    for (String line : memberships) {
      String[] parts = line.split(":", 3);
      if (parts.length == 3
          && (unified ? parts[1].isEmpty() : List.of(parts[1].split(",")).contains(controller))) {
        return parts[2];
      }
    }
    return "/";
  }

  private static OptionalLong number(Path file) {
    return ProcFiles.number(ProcFiles.text(file).orElse(null));
  }

  private static OptionalLong times(OptionalLong value, long factor) {
    return value.isPresent() ? OptionalLong.of(value.getAsLong() * factor) : value;
  }
}
