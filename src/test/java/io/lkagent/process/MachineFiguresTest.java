package io.lkagent.process;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.time.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineFiguresTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;

  @Test
  void stat_oddProcessName_isReadBehindTheLastBracket() {
    String stat = "42 (a) b (c) S 7 42 40 0 -1 4 1 2 3 4 5 6 7 8 20 0 1 0 9876 100 200";
    assertEquals(
        new ProcessEntry(42, 7, 40, 9876, 'S', 4, 200), ProcessEntry.parse(stat).orElseThrow());
    assertTrue(ProcessEntry.parse("garbage").isEmpty());
  }

  @Test
  void pss_ownProcess_isKnownAndNeverThatOfALaterOne() {
    long pid = ProcessHandle.current().pid();
    long start = new ProcessTable().startTicks(pid).orElseThrow();
    assertTrue(new ProcessMemory().pss(pid, start).orElseThrow() > 1_000_000);
    assertTrue(new ProcessMemory().pss(pid, start + 1).isEmpty());
  }

  @Test
  void leftovers_doubleForkInAnotherSession_isFoundByItsMarker() throws Exception {
    String marker = UUID.randomUUID().toString();
    ProcessBuilder builder =
        new ProcessBuilder("setsid", "sh", "-c", "setsid sleep 31 & sleep 32 & exec sleep 33");
    builder.environment().put(OsProcess.ID_VARIABLE, marker);
    Process child = builder.start();
    ProcessTable table = new ProcessTable();
    try {
      long start = table.startTicks(child.pid()).orElseThrow();
      eventually(SOON, () -> table.leftovers(child.pid(), start, marker).size() == 3);
      assertEquals(
          1,
          table.leftovers(child.pid(), start, marker).stream()
              .filter(p -> p.session() != child.pid())
              .count());
      assertTrue(table.leftovers(child.pid(), start + 1_000_000, marker).isEmpty());
    } finally {
      table
          .leftovers(child.pid(), 0, marker)
          .forEach(p -> ProcessHandle.of(p.pid()).ifPresent(ProcessHandle::destroyForcibly));
      child.destroyForcibly();
    }
  }

  @Test
  void cgroup_version2_tightestLevelCounts() throws IOException {
    file("g/cgroup.controllers", "cpu memory pids");
    file("g/pod/cpu.max", "150000 100000");
    file("g/pod/memory.max", "1000");
    file("g/pod/memory.current", "700");
    file("g/pod/memory.stat", "anon 5\ninactive_file 100\n");
    file("g/pod/app/cpu.max", "max 100000");
    file("g/pod/app/cpu.stat", "usage_usec 5\nnr_throttled 3\nthrottled_usec 9\n");
    file("g/pod/app/memory.max", "max");
    file("g/pod/app/memory.events", "oom 4\noom_kill 2\noom_group_kill 0\n");
    file("g/pod/app/pids.max", "50");
    file("g/pod/app/pids.current", "8");
    Cgroup cgroup = new Cgroup(folder.resolve("g"), file("self", "0::/pod/app\n"));
    assertEquals(OptionalDouble.of(1.5), cgroup.cpuQuota());
    assertEquals(OptionalLong.of(5000), cgroup.cpuUsedNanos());
    assertEquals(new Cgroup.Throttling(3, 9000), cgroup.throttling().orElseThrow());
    assertEquals(new Cgroup.Usage(1000, 600), cgroup.memory().orElseThrow());
    assertEquals(new Cgroup.Usage(50, 8), cgroup.pids().orElseThrow());
    assertEquals(OptionalLong.of(2), cgroup.oomKills());
  }

  @Test
  void cgroup_version1MountedAtTheTop_isRead() throws IOException {
    file("g/cpu/cpu.cfs_quota_us", "50000");
    file("g/cpu/cpu.cfs_period_us", "100000");
    file("g/cpu/cpu.stat", "nr_periods 9\nnr_throttled 1\nthrottled_time 77\n");
    file("g/cpuacct/cpuacct.usage", "123");
    file("g/memory/memory.limit_in_bytes", "9223372036854771712");
    file("g/memory/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 6\n");
    Cgroup cgroup =
        new Cgroup(folder.resolve("g"), file("self", "3:cpu,cpuacct:/docker/x\n2:memory:/../x\n"));
    assertEquals(OptionalDouble.of(0.5), cgroup.cpuQuota());
    assertEquals(OptionalLong.of(123), cgroup.cpuUsedNanos());
    assertEquals(new Cgroup.Throttling(1, 77), cgroup.throttling().orElseThrow());
    assertTrue(cgroup.memory().isEmpty());
    assertEquals(OptionalLong.of(6), cgroup.oomKills());
  }

  @Test
  void figures_whereNothingIsKnown_areEmpty() {
    Path none = folder.resolve("none");
    Cgroup cgroup = new Cgroup(none, none);
    assertTrue(cgroup.cpuQuota().isEmpty() && cgroup.memory().isEmpty());
    assertTrue(cgroup.pids().isEmpty() && cgroup.throttling().isEmpty());
    assertTrue(new CpuLoad(Time.raw(), cgroup, none).sample().isEmpty());
    assertTrue(new MemoryLoad(cgroup, none).current().isEmpty());
    assertEquals(List.of(), new ProcessTable(none).all());
    assertTrue(new ProcessMemory(none).pss(1, 1).isEmpty());
    assertTrue(
        new MachineLimits(cgroup, none)
            .warnings(new MachineLimits.Demand(10, 4, 4, 110_000_000))
            .isEmpty());
  }

  @Test
  void window_samples_areAveragedClampedAndMonotonic() {
    LoadWindow window = new LoadWindow(2500);
    window.add(0, 0, 0);
    assertTrue(window.load().isEmpty());
    window.add(1000, 500, 1000);
    window.add(2000, 400, 2000);
    assertEquals(0.5, window.load().orElseThrow());
    window.add(3000, 2500, 3000);
    window.add(4000, 9000, 4000);
    assertEquals(1, window.load().orElseThrow());
    window.add(9000, 9000, 9000);
    assertEquals(0, window.load().orElseThrow());
  }

  @Test
  void load_ofThisMachine_isBetweenZeroAndOne() {
    CpuLoad load = new CpuLoad(Time.raw());
    eventually(SOON, () -> load.sample().isPresent());
    double cpu = load.sample().orElseThrow();
    double memory = new MemoryLoad().current().orElseThrow();
    assertTrue(cpu >= 0 && cpu <= 1 && memory > 0 && memory <= 1, cpu + " " + memory);
  }

  @Test
  void limits_demandThatDoesNotFit_namesEachLimitAndTheRemedy() throws IOException {
    file(
        "proc/self/limits",
        """
        Limit   Soft Limit  Hard Limit  Units
        Max processes             100     100     processes
        Max open files            256     4096    files
        """);
    file("g/cgroup.controllers", "");
    file("g/pids.max", "90");
    file("g/pids.current", "10");
    file("g/memory.max", "1000000000");
    file("g/memory.current", "100000000");
    MachineLimits limits =
        new MachineLimits(
            new Cgroup(folder.resolve("g"), file("self", "0::/\n")), folder.resolve("proc"));
    List<String> lines = limits.warnings(new MachineLimits.Demand(50, 2, 2, 100_000_000));
    assertEquals(4, lines.size());
    assertEquals(
        "50 jobs, 2 idle and 2 initialising processes need 5400 MB, but the container's memory"
            + " limit leaves 900 MB: lower --max-jobs to 5 or give it more memory",
        lines.getLast());
    assertEquals(List.of(), limits.warnings(new MachineLimits.Demand(1, 0, 1, 1_000_000)));
  }

  private Path file(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }
}
