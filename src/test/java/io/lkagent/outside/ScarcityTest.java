package io.lkagent.outside;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.json.JsonObject;
import io.lkagent.testing.Confined;
import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.Lkagent;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.ServerUnderTest;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A system that has no more processes, threads or files to give: said with the remedy. */
final class ScarcityTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void worker_withoutProcessesToSpawn_staysAndIsNotReadyUntilTheLimitIsRaised() {
    List<String> user = Confined.ownUser();
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker = start(user, server)) {
      worker.awaitLog("registered");
      worker.awaitLog("a process is ready");
      long threads = worker.everyProcess().stream().mapToLong(pid -> entries(pid, "task")).sum();
      limit(user, worker, "--nproc=" + threads + ":");
      refused(worker, server, "ulimit -u");
      eventually(SOON, worker::said, () -> worker.status("/readyz") == 503);
      assertEquals(200, worker.status("/livez"));
      limit(user, worker, "--nproc=" + (threads + 1_000) + ":");
      recovers(worker, server);
      assertEquals(200, worker.status("/readyz"));
      ends(worker);
    }
  }

  @Test
  void worker_withoutFilesToOpen_staysTakesNoJobsAndDrains() {
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker = start(List.of(), server)) {
      worker.awaitLog("registered");
      worker.awaitLog("a process is ready");
      long open = entries(worker.pid(), "fd");
      limit(List.of(), worker, "--nofile=" + (open + 3) + ":");
      refused(worker, server, "ulimit -n");
      new ServerApi(server).deleteRoom("served");
      worker.awaitLog("the job is over", "room_name", "served");
      ends(worker);
    }
  }

  private Lkagent start(List<String> under, ServerUnderTest server) {
    return Lkagent.startBehind(under, folder, Lkagent.keys(server), Lkagent.workerArguments());
  }

  /** Only the soft limit, so that it can be raised again without a privilege. */
  private static void limit(List<String> user, Lkagent worker, String limit) {
    List<String> line = new ArrayList<>(user);
    line.addAll(List.of("prlimit", limit, "--pid", Long.toString(worker.pid())));
    Lkagent.run(line.toArray(String[]::new));
  }

  /** The warm process serves a room, and no other one can follow it. */
  private static void refused(Lkagent worker, ServerUnderTest server, String remedy) {
    new ServerApi(server).createRoom("served", "outside");
    worker.awaitLog("the agent runs", "room_name", "served");
    JsonObject event = worker.awaitLog("a process did not start", "reason", "spawn-failed");
    assertTrue(event.string("detail").contains(remedy), worker::said);
    worker.awaitLog("takes no more jobs");
    assertTrue(worker.log().size() < 200, worker::said);
  }

  private static void recovers(Lkagent worker, ServerUnderTest server) {
    ServerApi api = new ServerApi(server);
    eventually(SOON, worker::said, () -> worker.stderr().contains("\"takes jobs\""));
    api.createRoom("late", "outside");
    worker.awaitLog("the agent runs", "room_name", "late");
    api.deleteRoom("late");
    api.deleteRoom("served");
  }

  private static void ends(Lkagent worker) {
    worker.signal("TERM");
    assertEquals(0, worker.awaitExit(), worker::said);
    worker.awaitNothingLeft(SOON);
  }

  /** A limit so low that Java itself starts, and the worker cannot. */
  @Test
  void start_withTooFewThreads_endsWithOneLine() {
    List<String> under = new ArrayList<>(Confined.ownUser());
    under.addAll(List.of("prlimit", "--nproc=18:18"));
    Map<String, String> nowhere =
        Map.of(
            "LIVEKIT_URL", "ws://127.0.0.1:1",
            "LIVEKIT_API_KEY", "key",
            "LIVEKIT_API_SECRET", "a-secret-of-nobody");
    try (Lkagent worker = Lkagent.startBehind(under, folder, nowhere, Lkagent.workerArguments())) {
      assertEquals(2, worker.awaitExit(), worker::said);
      assertTrue(worker.stderr().contains("ulimit -u"), worker::said);
      assertFalse(worker.stderr().contains("\tat "), worker::said);
      worker.awaitNothingLeft(SOON);
    }
  }

  @Test
  void launcher_withTooFewFiles_endsWithOneLine() throws IOException, InterruptedException {
    Path launcher = folder.resolve("bin/lkagent");
    Files.createDirectories(launcher.getParent());
    Files.copy(Path.of("src/main/launcher/lkagent.sh"), launcher);
    Files.createDirectories(folder.resolve("lib/lkagent"));
    Files.writeString(folder.resolve("lib/lkagent/lkagent.jar"), "");
    File said = folder.resolve("said").toFile();
    Process run =
        new ProcessBuilder("sh", "-c", "ulimit -n 100; exec sh \"$0\" --version", launcher + "")
            .redirectErrorStream(true)
            .redirectOutput(said)
            .start();
    assertEquals(2, run.waitFor());
    List<String> lines = Files.readAllLines(said.toPath());
    assertEquals(1, lines.size(), lines::toString);
    assertTrue(lines.getFirst().contains("the limit is 100; raise it (ulimit -n)"));
  }

  private static long entries(long pid, String of) {
    String[] names = Path.of("/proc", Long.toString(pid), of).toFile().list();
    return names == null ? 0 : names.length;
  }
}
