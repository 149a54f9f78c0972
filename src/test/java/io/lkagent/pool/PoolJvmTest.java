package io.lkagent.pool;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.ShellAgent;
import io.lkagent.time.Time;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens to the children when the whole JVM around a pool is killed or stopped. */
@Timeout(120)
final class PoolJvmTest {
  private final String mark = UUID.randomUUID().toString();
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void end() {
    started.forEach(Process::destroyForcibly);
    eventually(Duration.ofSeconds(5), () -> ShellAgent.marked(mark).isEmpty());
  }

  @Test
  void jvm_killed_takesEveryChildWithIt() throws Exception {
    Process jvm = start(4, Duration.ofSeconds(60), List.of());
    line(jvm);
    List<Long> children = ShellAgent.marked(mark);
    assertTrue(children.size() >= 4);
    ShellAgent.signal("STOP", children.getFirst());
    ShellAgent.signal("KILL", jvm.pid());
    assertTrue(jvm.waitFor(5, TimeUnit.SECONDS));
    eventually(Duration.ofSeconds(5), () -> ShellAgent.marked(mark).isEmpty());
  }

  @Test
  void jvm_stoppedForLongerThanThePingTimeout_killsNobody() throws Exception {
    Process jvm = start(3, Duration.ofSeconds(6), List.of());
    line(jvm);
    List<Long> children = ShellAgent.marked(mark);
    ShellAgent.signal("STOP", jvm.pid());
    Time.raw().sleep(Duration.ofSeconds(15));
    ShellAgent.signal("CONT", jvm.pid());
    Time.raw().sleep(Duration.ofSeconds(8)); // longer than the ping timeout, once more
    assertTrue(ask(jvm).startsWith("ended 0 "));
    assertEquals(children, ShellAgent.marked(mark));
    jvm.getOutputStream().close();
    assertTrue(jvm.waitFor(15, TimeUnit.SECONDS));
  }

  @Test
  void interruptOfTheParentsGroup_doesNotReachTheChildren() throws Exception {
    // A JVM that ignores it itself, as a worker that drains does.
    Process jvm =
        start(
            2,
            Duration.ofSeconds(60),
            List.of("setsid", "sh", "-c", "trap '' INT; exec \"$@\"", "sh"));
    line(jvm);
    List<Long> children = ShellAgent.marked(mark);
    ShellAgent.signal("INT", -jvm.pid());
    assertTrue(ask(jvm).startsWith("ended 0 "));
    assertEquals(children, ShellAgent.marked(mark));
  }

  @Test
  void fifty_idleChildren_costLittle() throws Exception {
    Process jvm = start(50, Duration.ofSeconds(60), List.of());
    String ready = line(jvm);
    long before = cpuTicks(jvm.pid());
    Time.raw().sleep(Duration.ofSeconds(10));
    long ticks = cpuTicks(jvm.pid()) - before;
    String status = Files.readString(Path.of("/proc/" + jvm.pid() + "/status"));
    String threads = status.lines().filter(l -> l.startsWith("Threads")).findFirst().orElse("");
    System.out.println(
        "50 idle children: " + ready + " ms, " + threads + ", " + ticks + " ticks in 10 s");
    assertTrue(ask(jvm).startsWith("ended 0 "));
  }

  @Test
  void fileLimit_reached_isToldAndDoesNotLoop() throws Exception {
    // The JVM raises its soft limit to the hard one; a child costs it three descriptors.
    Process jvm = start(50, Duration.ofSeconds(60), List.of("prlimit", "--nofile=80:80"));
    String failed = line(jvm);
    assertTrue(failed.startsWith("failed spawn-failed: cannot start /bin/sh: "), failed);
    assertTrue(failed.contains("Too many open files"), failed);
    Time.raw().sleep(Duration.ofSeconds(5));
    String started = ask(jvm);
    assertTrue(Integer.parseInt(started.substring(started.lastIndexOf(' ') + 1)) < 40, started);
  }

  private Process start(int idle, Duration pingTimeout, List<String> wrap) throws IOException {
    List<String> command = new ArrayList<>(wrap);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-cp"));
    command.add(classPath());
    command.addAll(List.of(PoolMain.class.getName(), Integer.toString(idle), mark));
    command.add(Long.toString(pingTimeout.toMillis()));
    Process jvm =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    started.add(jvm);
    return jvm;
  }

  /** What the pool's JVM needs and no more: each jar on the class path is a file that it opens. */
  private static String classPath() {
    return Stream.of(PoolMain.class, Pool.class, Assertions.class, Nullable.class)
        .map(type -> type.getProtectionDomain().getCodeSource().getLocation().getPath())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String ask(Process jvm) throws IOException {
    jvm.getOutputStream().write('\n');
    jvm.getOutputStream().flush();
    return line(jvm);
  }

  private static String line(Process jvm) throws IOException {
    BufferedReader lines = jvm.inputReader(StandardCharsets.UTF_8);
    String line = lines.readLine();
    assertNotNull(line, "the JVM ended");
    return line;
  }

  private static long cpuTicks(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 20);
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }
}
