package io.lkagent.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.time.Time;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real control groups, which take root, and a system that permits none. */
class ConfinementTest {
  private static final ProcessSpec SHOW =
      new ProcessSpec(List.of("cat", "/proc/self/cgroup"), Map.of(), Set.of(), null);

  @Test
  void limits_onASystemWithGroups_holdTheProcessesAndAreRemoved() throws Exception {
    String group;
    try (Confinement place = Confinement.of(0.5, 64 << 20, Time.raw())) {
      assertTrue(place.words().startsWith("control group"), place::words);
      assertTrue(place.words().endsWith("0.5 CPUs, 64 MiB of memory"), place::words);
      String seen = run(place.around(SHOW));
      group = "lkagent-probe-" + ProcessHandle.current().pid() + "-";
      assertTrue(seen.contains(group), seen);
      assertFalse(place.killedForMemory());
      ProcessSpec greedy = new ProcessSpec(List.of("tail", "/dev/zero"), Map.of(), Set.of(), null);
      run(place.around(greedy));
      run(place.around(greedy));
      assertTrue(place.killedForMemory());
      assertTrue(place.killedForMemory(), "the first question answers for one death only");
      assertFalse(place.killedForMemory());
    }
    try (var all = Files.walk(Path.of("/sys/fs/cgroup"), 4)) {
      assertTrue(all.noneMatch(path -> path.getFileName().toString().startsWith(group)));
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
