package io.lkagent.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.TestCgroup;
import io.lkagent.time.Time;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real control groups, which take root, and a system that permits none. */
class ConfinementTest {
  private static final ProcessSpec SHOW =
      new ProcessSpec(List.of("cat", "/proc/self/cgroup"), Map.of(), Set.of(), null);

  @Test
  void limits_onASystemWithGroups_holdTheProcessesAndAreRemoved() throws Exception {
    List<Path> groups;
    try (Confinement place = Confinement.of(0.5, 64 << 20, Time.raw())) {
      assertTrue(place.words().startsWith("control group"), place::words);
      assertTrue(place.words().endsWith("0.5 CPUs, 64 MiB of memory"), place::words);
      String seen = run(place.around(SHOW));
      groups = TestCgroup.named("lkagent-probe-" + ProcessHandle.current().pid() + "-");
      assertFalse(groups.isEmpty());
      groups.forEach(group -> assertTrue(seen.contains("/" + group.getFileName() + "\n"), seen));
      assertHolds(groups);
      assertFalse(place.killedForMemory());
      ProcessSpec greedy = new ProcessSpec(List.of("tail", "/dev/zero"), Map.of(), Set.of(), null);
      run(place.around(greedy));
      run(place.around(greedy));
      assertTrue(place.killedForMemory());
      assertTrue(place.killedForMemory(), "the first question answers for one death only");
      assertFalse(place.killedForMemory());
    }
    groups.forEach(group -> assertFalse(Files.exists(group), group::toString));
  }

  /** What the kernel has taken, in the one group of version 2 or the two of version 1. */
  private static void assertHolds(List<Path> groups) throws IOException {
    Map<String, String> limits = new TreeMap<>();
    for (Path group : groups) {
      for (String file :
          List.of(
              "cpu.max",
              "memory.max",
              "memory.swap.max",
              "cpu.cfs_quota_us",
              "cpu.cfs_period_us",
              "memory.limit_in_bytes")) {
        if (Files.exists(group.resolve(file))) {
          limits.put(file, Files.readString(group.resolve(file)).strip());
        }
      }
    }
    String memory = Integer.toString(64 << 20);
    if (limits.containsKey("cpu.max")) {
      limits.putIfAbsent("memory.swap.max", "0"); // a kernel without swap has no such file
      assertEquals(
          Map.of("cpu.max", "50000 100000", "memory.max", memory, "memory.swap.max", "0"), limits);
    } else {
      assertEquals(
          Map.of(
              "cpu.cfs_quota_us",
              "50000",
              "cpu.cfs_period_us",
              "100000",
              "memory.limit_in_bytes",
              memory),
          limits);
    }
  }

  @Test
  void noLimits_changeNothing() throws IOException {
    try (Confinement none = Confinement.of(0, 0, Time.raw())) {
      assertEquals(SHOW, none.around(SHOW));
      assertEquals("", none.words());
    }
  }

  /** Not a group file system: what is left is systemd's offer, or the refusal with its remedy. */
  @Test
  void limits_withoutGroups_areSaidToBeWhatTheyAre(@TempDir Path folder) throws IOException {
    Path membership = Files.writeString(folder.resolve("self"), "1:cpu:/\n2:memory:/\n");
    Cgroup none = new Cgroup(folder, membership);
    try (Confinement place = Confinement.of(0.5, 0, none, Time.raw())) {
      assertTrue(place.words().startsWith("systemd-run"), place::words);
    } catch (IOException e) {
      assertTrue(String.valueOf(e.getMessage()).contains("run it as root"), e::toString);
    }
    try (Confinement place = Confinement.of(1, 300 << 20, none, Time.raw())) {
      assertTrue(
          place.words().startsWith("systemd-run") || place.words().startsWith("approximated"),
          place::words);
      assertFalse(run(place.around(SHOW)).isEmpty());
    }
  }

  private static String run(ProcessSpec spec) throws IOException {
    Process process = new ProcessBuilder(spec.command()).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
