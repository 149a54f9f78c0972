package io.lkagent.process;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How full the memory is that this process may use, from 0 to 1: the container's, or the machine's.
 */
public final class MemoryLoad {
  private final Cgroup cgroup;
  private final Path proc;

  public MemoryLoad() {
    this(new Cgroup(), ProcFiles.PROC);
  }

  MemoryLoad(Cgroup cgroup, Path proc) {
    this.cgroup = cgroup;
    this.proc = proc;
  }

  public OptionalDouble current() {
    Optional<Cgroup.Usage> limited = cgroup.memory();
    if (limited.isPresent() && limited.get().limit() > 0) {
      return OptionalDouble.of(
          Math.clamp((double) limited.get().used() / limited.get().limit(), 0, 1));
    }
    Optional<String> machine = ProcFiles.text(proc.resolve("meminfo"));
    OptionalLong total = ProcFiles.value(machine, "MemTotal:");
    OptionalLong available = ProcFiles.value(machine, "MemAvailable:");
    return total.orElse(0) > 0 && available.isPresent()
        ? OptionalDouble.of(
            Math.clamp(1 - (double) available.getAsLong() / total.getAsLong(), 0, 1))
        : OptionalDouble.empty();
  }
}
