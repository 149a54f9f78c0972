package io.lkagent.frameworks;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.process.ChildSpawner;
import io.lkagent.process.ExitStatus;
import io.lkagent.process.OsProcess;
import io.lkagent.process.ProcessSpec;
import io.lkagent.process.SpawnException;
import io.lkagent.testing.FakeApp;
import io.lkagent.testing.ShellAgent;
import io.lkagent.time.Time;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The owner of an app's host with hosts that really fork, and misbehave. */
@Tag("python")
@Timeout(90)
final class AppHostTest {
  @TempDir Path folder;

  @Test
  void host_describes_andForksAProcessWithItsStreams() throws Exception {
    try (FakeApp app = new FakeApp(folder)) {
      AppDescription description = app.host().description();
      assertEquals("fake-agents 1.2.3", description.framework() + " " + description.version());
      assertEquals(new AppOption<>(3, true), description.options().idleProcesses().orElseThrow());
      assertEquals(List.of("silero 1.2.3"), description.plugins());
      OsProcess child = app.fork("serve");
      BufferedReader protocol = lines(child);
      assertTrue(protocol.readLine().contains("\"hello\""));
      say(child, "{\"type\":\"ping\",\"t\":7}");
      assertEquals("{\"type\": \"pong\", \"t\": 7}", protocol.readLine());
      byte[] output = new byte[20];
      assertEquals("a job process speaks", text(output, child.output().read(output)));
      child.toChild().close();
      assertEquals(new ExitStatus.Exited(0), end(child));
      assertEquals(null, protocol.readLine());
    }
  }

  @Test
  void folder_ofTheHost_isItsUsersAloneAndGoesWithIt() throws Exception {
    try (FakeApp app = new FakeApp(folder)) {
      Path own = app.folders().getFirst();
      assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(own)));
      Path script = own.resolve("lkagent_app.py");
      assertEquals(
          "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(script)));
      app.host().close();
      assertEquals(List.of(), app.folders());
    }
  }

  @Test
  void exit_byCodeOrSignal_saysWhich() throws Exception {
    try (FakeApp app = new FakeApp(folder)) {
      assertEquals("exit code 3", end(app.fork("exit 3")).words());
      assertEquals("signal 11 (SIGSEGV)", end(app.fork("signal 11")).words());
      OsProcess child = app.fork("serve");
      child.kill();
      assertEquals("signal 9 (SIGKILL)", end(child).words());
      assertEquals("exit code 9", end(app.fork("close")).words());
    }
  }

  @Test
  void process_outlivedByItsChild_endsAllTheSame() throws Exception {
    try (FakeApp app = new FakeApp(folder)) {
      OsProcess child = app.fork("outlive");
      assertEquals("exit code 7", end(child).words());
      int before = app.left().size();
      child.endSession(100);
      eventually(FakeApp.SOON, () -> app.left().size() < before);
    }
  }

  @Test
  void fork_fiftyAtOnce_areAllThereAndNoDescriptorIsLeft() throws Exception {
    try (FakeApp app = new FakeApp(folder)) {
      end(app.fork("exit 0"));
      long before = descriptors();
      List<CompletableFuture<OsProcess>> forks = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        CompletableFuture<OsProcess> fork = new CompletableFuture<>();
        forks.add(fork);
        Thread.ofVirtual()
            .start(() -> {
              try {
                fork.complete(app.fork("serve"));
              } catch (SpawnException e) {
                fork.completeExceptionally(e);
              }
            });
      }
      Set<Long> pids = new HashSet<>();
      for (CompletableFuture<OsProcess> fork : forks) {
        OsProcess child = fork.get(30, TimeUnit.SECONDS);
        pids.add(child.pid());
        assertTrue(lines(child).readLine().contains("\"hello\""));
      }
      assertEquals(50, pids.size());
      for (CompletableFuture<OsProcess> fork : forks) {
        OsProcess child = fork.get();
        child.toChild().close();
        assertEquals("exit code 0", end(child).words());
        child.endSession(100);
      }
      // Other tests open files beside this one; a leak would be of three for each process.
      eventually(FakeApp.SOON, () -> descriptors() - before < 75);
      assertEquals(1, app.left().size(), "only the host is left");
    }
  }

  @Test
  void host_killed_processesGoOnAndTheNextHostForks() throws Exception {
    try (FakeApp app = new FakeApp(folder)) {
      OsProcess child = app.fork("serve");
      BufferedReader protocol = lines(child);
      assertTrue(protocol.readLine().contains("\"hello\""));
      long first = app.host().pid();
      ShellAgent.signal("KILL", first);
      OsProcess next = app.fork("serve");
      assertTrue(lines(next).readLine().contains("\"hello\""));
      assertNotEquals(first, app.nextHost(first));
      say(child, "{\"type\":\"ping\",\"t\":8}");
      assertEquals("{\"type\": \"pong\", \"t\": 8}", protocol.readLine());
      child.kill();
      assertTrue(
          Set.of("signal 9 (SIGKILL)", "an exit status that nobody has kept")
              .contains(end(child).words()));
    }
  }

  @Test
  void host_killedWhileAGrandchildHoldsTheStreams_exitIsSeenAllTheSame() throws Exception {
    try (FakeApp app = new FakeApp(folder)) {
      OsProcess child = app.fork("serve");
      long first = app.host().pid();
      ShellAgent.signal("KILL", first);
      app.nextHost(first);
      // Nobody reads its channel here, so that only the look at the process can tell.
      ShellAgent.signal("KILL", child.pid());
      end(child);
    }
  }

  @Test
  void host_stopped_isReplacedAndTheForkIsServed() throws Exception {
    HostTimes quick =
        new HostTimes(
            Duration.ofSeconds(20),
            Duration.ofMillis(200),
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            Duration.ofSeconds(2),
            Duration.ofMillis(200),
            Duration.ofSeconds(1));
    try (FakeApp app = new FakeApp(folder, quick)) {
      OsProcess child = app.fork("serve");
      long first = app.host().pid();
      ShellAgent.signal("STOP", first);
      // It dies while its parent cannot tell: the kernel's word is taken.
      child.kill();
      var _ = child.fromChild().readAllBytes();
      assertEquals("signal 9 (SIGKILL)", end(child).words());
      assertTrue(lines(app.fork("serve")).readLine().contains("\"hello\""));
      assertNotEquals(first, app.nextHost(first));
      eventually(FakeApp.SOON, () -> !ShellAgent.signal("0", first));
    }
  }

  @Test
  void host_stopsAtAFork_theForkIsServedByTheNext() throws Exception {
    try (FakeApp app = new FakeApp(folder, "fork", "stop once")) {
      assertTrue(lines(app.fork("serve")).readLine().contains("\"hello\""));
    }
  }

  @Test
  void host_diesAfterAForkNobodyHeardOf_leavesNoOrphan() throws Exception {
    try (FakeApp app = new FakeApp(folder, "fork", "die once")) {
      assertTrue(lines(app.fork("serve")).readLine().contains("\"hello\""));
      eventually(
          FakeApp.SOON,
          () -> "the host and one process: " + app.left(),
          () -> app.left().size() == 2);
    }
  }

  @Test
  void host_diesAtEveryFork_isRefusedWithItsLastWords() throws Exception {
    try (FakeApp app = new FakeApp(folder, "fork", "die")) {
      SpawnException refused = assertThrows(SpawnException.class, () -> app.fork("serve"));
      assertEquals(
          "cannot fork the app: two hosts ended while they were to fork it", refused.getMessage());
      SpawnException again = assertThrows(SpawnException.class, () -> app.fork("serve"));
      assertTrue(
          String.valueOf(again.getMessage())
              .contains("the app's host ended with exit code 5: the app broke at its fork"),
          again::getMessage);
    }
  }

  @Test
  void host_thatDoesNotComeBack_refusesWithTheCause() throws Exception {
    try (FakeApp app = new FakeApp(folder, "start", "exit later")) {
      long first = app.host().pid();
      ShellAgent.signal("KILL", first);
      SpawnException refused =
          assertThrows(
              SpawnException.class,
              () -> {
                while (true) {
                  app.fork("exit 0");
                }
              });
      assertEquals(
          "cannot fork the app: the app's host ended with exit code 4: no such module",
          refused.getMessage());
      assertTrue(app.host().trouble().isPresent());
    }
  }

  @Test
  void fork_refused_saysWhy() throws Exception {
    try (FakeApp app = new FakeApp(folder, "fork", "refuse")) {
      SpawnException refused = assertThrows(SpawnException.class, () -> app.fork("serve"));
      assertEquals(
          "cannot fork the app: the host cannot fork: too many processes", refused.getMessage());
    }
  }

  @Test
  void start_ofABadApp_failsWithOneLineAndLeavesNothing() throws Exception {
    AppFault failed = assertThrows(AppFault.class, () -> new FakeApp(folder, "start", "failed"));
    assertEquals(AppFault.Kind.NO_WORKER, failed.kind());
    assertEquals("app.py starts no worker; call cli.run_app", failed.line());
    assertEquals("line 1", failed.detail());
    AppFault exited = assertThrows(AppFault.class, () -> new FakeApp(folder, "start", "exit"));
    assertEquals("the app's host ended with exit code 4: no such module", exited.line());
    AppFault garbage = assertThrows(AppFault.class, () -> new FakeApp(folder, "start", "garbage"));
    assertTrue(garbage.line().contains("\"Traceback (most recent call last)\""), garbage.line());
    try (Stream<Path> left = Files.list(folder.resolve("run"))) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void start_ofAnAppThatHangs_failsInTime() {
    HostTimes short1 =
        new HostTimes(
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(3),
            Duration.ofSeconds(10),
            Duration.ofSeconds(2),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1));
    AppFault hung =
        assertThrows(AppFault.class, () -> new FakeApp(folder, short1, "start", "hang"));
    assertTrue(hung.line().startsWith("the app is not loaded after 1 s"), hung.line());
    assertTrue(hung.line().contains("--init-timeout"), hung.line());
  }

  @Test
  void close_whileTheAppIsLoaded_leavesNothing() throws Exception {
    Path run = folder.resolve("run");
    Path app = Files.writeString(folder.resolve("app.json"), "{\"start\": \"hang\"}");
    try (ChildSpawner spawner = new ChildSpawner(Time.raw())) {
      AppHost host =
          AppHost.begin(FakeApp.command(app), job(), spawner, run, FakeApp.times(), Time.raw());
      eventually(FakeApp.SOON, () -> host.pid() != 0);
      long pid = host.pid();
      assertFalse(host.awaitDescription(CompletableFuture.completedFuture(true)));
      host.close();
      assertFalse(ShellAgent.signal("0", pid));
      try (Stream<Path> left = Files.list(run)) {
        assertEquals(List.of(), left.toList());
      }
    }
  }

  private static ProcessSpec job() {
    return new ProcessSpec(List.of("unused"), Map.of(), Set.of(), null);
  }

  @Test
  void ask_answered_orNotInTime() throws Exception {
    try (FakeApp app = new FakeApp(folder, "requests", true)) {
      Answer.Yes yes = assertInstanceOf(Answer.Yes.class, ask(app));
      assertEquals("id-job", yes.identity());
    }
    try (FakeApp app = new FakeApp(folder, "requests", true, "request", "reject")) {
      assertEquals(new Answer.No(true, "no thanks"), ask(app));
    }
    try (FakeApp app = new FakeApp(folder, "requests", true, "request", "silent")) {
      assertEquals(new Answer.None("no answer within the time"), ask(app));
    }
  }

  private static Answer ask(FakeApp app) throws Exception {
    byte[] job = "job".getBytes(StandardCharsets.UTF_8);
    return app.host().ask(job, false).get(20, TimeUnit.SECONDS);
  }

  @Test
  void spawn_insteadOfFork_startsProcessesByTheWorkerAndNeedsNoHost() throws Exception {
    try (FakeApp app = new FakeApp(folder, "mode", "spawn")) {
      eventually(FakeApp.SOON, () -> app.host().pid() == 0);
      OsProcess child = app.fork("exit 3");
      assertEquals("exit code 3", end(child).words());
    }
  }

  @Test
  void socket_strangers_areTurnedAway() throws Exception {
    try (FakeApp app = new FakeApp(folder);
        SocketChannel stranger = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      stranger.connect(UnixDomainSocketAddress.of(app.folders().getFirst().resolve("fork.sock")));
      String line = "{\"id\":\"nobody\",\"stream\":\"life\"}\n";
      stranger.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
      assertEquals(-1, stranger.read(ByteBuffer.allocate(1)));
      assertEquals("exit code 0", end(app.fork("exit 0")).words());
    }
  }

  @Test
  void close_withProcesses_endsThem() throws Exception {
    FakeApp app = new FakeApp(folder);
    OsProcess child = app.fork("serve");
    app.close();
    end(child);
    assertThrows(SpawnException.class, () -> app.fork("serve"));
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
    }
  }

  private static BufferedReader lines(OsProcess child) {
    return new BufferedReader(new InputStreamReader(child.fromChild(), StandardCharsets.UTF_8));
  }

  private static void say(OsProcess child, String line) throws IOException {
    child.toChild().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    child.toChild().flush();
  }

  private static ExitStatus end(OsProcess child) throws Exception {
    return child.exit().get(20, TimeUnit.SECONDS);
  }

  private static String text(byte[] bytes, int count) {
    return new String(bytes, 0, count, StandardCharsets.UTF_8);
  }
}
