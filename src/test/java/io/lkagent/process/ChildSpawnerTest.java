package io.lkagent.process;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.ShellAgent;
import io.lkagent.time.Time;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a child inherits, and what ends with it. */
@Timeout(30)
final class ChildSpawnerTest {
  private final ChildSpawner spawner = new ChildSpawner(Time.raw());

  @AfterEach
  void close() {
    spawner.close();
  }

  @Test
  void child_started_hasTheFourDescriptorsAndNoOthers() throws Exception {
    assertEquals("0\n1\n2\n3\n", shell("ls /proc/$$/fd"));
    OsProcess child = spawner.start(spec("echo out; echo err >&2; echo channel >&3; cat >&3"));
    try (OutputStream to = child.toChild()) {
      to.write("echoed\n".getBytes(StandardCharsets.UTF_8));
    }
    assertEquals("channel\nechoed\n", text(child.fromChild().readAllBytes()));
    assertEquals("out\nerr\n", text(child.output().readAllBytes()));
  }

  @Test
  void child_started_ignoresTheTerminalsSignals() throws Exception {
    String line = shell("grep SigIgn /proc/$$/status").strip();
    long ignored = Long.parseLong(line.substring(line.indexOf('\t') + 1), 16);
    for (int signal : new int[] {1, 2, 15}) {
      assertTrue((ignored & (1L << (signal - 1))) != 0, line);
    }
  }

  @Test
  void child_started_leadsItsOwnSessionAndGroup() throws Exception {
    OsProcess child = spawner.start(spec("cat >&3"));
    // Before the exec chain is through, the process is still in our session.
    eventually(Duration.ofSeconds(5), () -> stat(child.pid(), 3) == child.pid());
    assertEquals(child.pid(), stat(child.pid(), 2), "process group");
    // Nor does it ignore anything before the shell has said so.
    eventually(Duration.ofSeconds(5), () -> ignoresTerm(child.pid()));
    for (String signal : List.of("INT", "HUP", "TERM")) {
      ShellAgent.signal(signal, child.pid());
    }
    try (OutputStream to = child.toChild()) {
      to.write("alive".getBytes(StandardCharsets.UTF_8));
    }
    assertEquals("alive", text(child.fromChild().readAllBytes()));
  }

  private static boolean ignoresTerm(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .anyMatch(line -> (Long.parseLong(line.substring(7).strip(), 16) & (1L << 14)) != 0);
  }

  @Test
  void child_started_hasItsEnvironmentAndFolder(@TempDir Path folder) throws Exception {
    ProcessSpec spec =
        new ProcessSpec(
            List.of("/bin/sh", "-c", "pwd; env"), Map.of("OWN", "yes"), Set.of("PATH"), folder);
    OsProcess child = spawner.start(spec);
    List<String> lines = text(child.output().readAllBytes()).lines().toList();
    assertEquals(folder.toRealPath().toString(), lines.getFirst());
    assertTrue(lines.contains("OWN=yes"));
    assertTrue(lines.contains("LKAGENT_CHILD_ID=" + child.id()));
    assertFalse(lines.stream().anyMatch(line -> line.startsWith("PATH=")), lines::toString);
    assertFalse(spec.toString().contains("yes"), "values may be secrets");
  }

  @Test
  void exit_byCodeOrSignal_saysWhich() throws Exception {
    assertEquals("exit code 3", ended("exit 3").words());
    assertEquals("exit code 0", ended("exit 0").words());
    assertEquals("signal 9 (SIGKILL)", ended("kill -9 $$").words());
    assertEquals("signal 11 (SIGSEGV)", ended("kill -SEGV $$").words());
  }

  @Test
  void command_notFound_saysSo() throws Exception {
    OsProcess child =
        spawner.start(new ProcessSpec(List.of("no-such-agent"), Map.of(), Set.of(), null));
    assertTrue(text(child.output().readAllBytes()).contains("no-such-agent"));
    assertEquals(
        "exit code 127 (command not found)", child.exit().get(5, TimeUnit.SECONDS).words());
  }

  @Test
  void start_impossible_isRefusedWithALine() {
    Path nowhere = Path.of("/no/such/folder");
    SpawnException noFolder =
        assertThrows(
            SpawnException.class,
            () -> spawner.start(new ProcessSpec(List.of("true"), Map.of(), Set.of(), nowhere)));
    assertTrue(String.valueOf(noFolder.getMessage()).contains("/no/such/folder"));
    assertThrows(
        SpawnException.class,
        () -> spawner.start(new ProcessSpec(List.of("true"), Map.of("A=B", "c"), Set.of(), null)));
    spawner.close();
    assertThrows(SpawnException.class, () -> spawner.start(spec("true")));
  }

  @Test
  void close_endsWhatTheSpawnerStarted_alsoWhenStopped() throws Exception {
    OsProcess child = spawner.start(spec("echo up >&3; exec sleep 600"));
    assertEquals('u', child.fromChild().read());
    ShellAgent.signal("STOP", child.pid());
    spawner.close();
    assertEquals("signal 9 (SIGKILL)", child.exit().get(5, TimeUnit.SECONDS).words());
  }

  @Test
  void endSession_descendants_areGoneWhereverTheyWent() throws Exception {
    OsProcess child =
        spawner.start(
            spec(
                "sleep 601 & (trap '' TERM; sleep 602; sleep 602) & setsid sleep 603 &"
                    + " setsid sh -c 'setsid sleep 604 & sleep 605' & echo up >&3"));
    assertEquals('u', child.fromChild().read());
    child.exit().get(5, TimeUnit.SECONDS);
    String mark = "LKAGENT_CHILD_ID=" + child.id();
    eventually(Duration.ofSeconds(5), () -> ShellAgent.marked(mark).size() >= 5);
    child.endSession(200);
    assertEquals(List.of(), ShellAgent.marked(mark));
    child.endSession(200);
  }

  private String shell(String script) throws Exception {
    OsProcess child = spawner.start(spec(script));
    String output = text(child.output().readAllBytes());
    child.exit().get(5, TimeUnit.SECONDS);
    return output;
  }

  private ExitStatus ended(String script) throws Exception {
    return spawner.start(spec(script)).exit().get(5, TimeUnit.SECONDS);
  }

  private static ProcessSpec spec(String script) {
    return new ProcessSpec(List.of("/bin/sh", "-c", script), Map.of(), Set.of(), null);
  }

  private static long stat(long pid, int field) throws Exception {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", 6)[field]);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
