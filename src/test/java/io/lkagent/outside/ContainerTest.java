package io.lkagent.outside;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.Confined;
import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.Lkagent;
import io.lkagent.testing.Proc;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.ShellAgent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A worker in what containers give it: pid 1, a read-only root, a small full disk. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ContainerTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  private final DevServerUnderTest server = DevServerUnderTest.start();
  private final ServerApi api = new ServerApi(server);

  @TempDir Path folder;

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void worker_asPid1_saysSoServesAndDrainsInSpiteOfAnOrphan() throws IOException {
    // Ends at once, and nobody but pid 1 is left to wait for it.
    Path agent = folder.resolve("agent.sh");
    Files.writeString(
        agent, "(setsid sh -c 'exit 7' 3>&- &)\nexec sh " + ShellAgent.script() + "\n");
    try (Lkagent outer =
        Lkagent.startBehind(
            Confined.pidNamespace(),
            folder,
            Lkagent.keys(server),
            Lkagent.workerArguments("--agent-name", "first", "--exec", "sh " + agent))) {
      outer.awaitLog("registered");
      assertTrue(outer.stderr().contains("running as PID 1"), outer::said);
      assertEquals(1, outer.awaitLog("starting").number("pid"));
      api.createRoom("of-pid-1", "first");
      outer.awaitLog("the agent runs", "room_name", "of-pid-1");
      api.deleteRoom("of-pid-1");
      outer.awaitLog("the job is over", "room_name", "of-pid-1");
      Lkagent.signal(worker(outer), "TERM");
      assertEquals(0, outer.awaitExit(), outer::said);
      outer.awaitNothingLeft(SOON);
    }
  }

  private static long worker(Lkagent outer) {
    return outer.everyProcess().stream()
        .filter(pid -> Proc.parent(pid) == outer.pid())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void worker_onAReadOnlyRoot_saysWhatItMissesAndServes() {
    String readOnly =
        "mount --bind "
            + folder
            + " "
            + folder
            + " && mount -o remount,bind,ro "
            + folder
            + " && mount -o remount,bind,ro /";
    try (Lkagent bare = without("bare", Confined.mounts(readOnly), Map.of());
        Lkagent withTmp =
            without(
                "with-tmp",
                Confined.mounts(readOnly + " && " + emptyTmp() + "; cd /"),
                Map.of("XDG_RUNTIME_DIR", ""));
        Lkagent portFile =
            Lkagent.startBehind(
                Confined.mounts(readOnly),
                folder,
                Lkagent.keys(server),
                Lkagent.workerArguments())) {
      assertEquals(5, portFile.awaitExit(), portFile::said);
      assertTrue(portFile.stderr().contains("with --port-file"), portFile::said);
      portFile.awaitNothingLeft(SOON);
      serves(bare, "bare");
      assertTrue(bare.stderr().contains("with --runtime-dir"), bare::said);
      serves(withTmp, "with-tmp");
      assertFalse(withTmp.stderr().contains("with --runtime-dir"), withTmp::said);
    }
  }

  /** An empty /tmp, with our own classes in their place should they live there. */
  private static String emptyTmp() {
    Path project = Path.of("").toAbsolutePath();
    String empty = "mount -t tmpfs tmpfs /tmp";
    return project.startsWith("/tmp")
        ? "mount --bind %1$s /mnt && %2$s && mkdir -p %1$s && mount --bind /mnt %1$s"
            .formatted(project, empty)
        : empty;
  }

  @Test
  void worker_withAFullRuntimeFolder_saysSoAndServes() throws IOException {
    Path full = Files.createDirectory(folder.resolve("full"));
    String fill =
        "mount -t tmpfs -o size=64k tmpfs "
            + full
            + "; cat /dev/zero >"
            + full
            + "/filler 2>/dev/null || true";
    Map<String, String> there = Map.of("XDG_RUNTIME_DIR", full.toString());
    try (Lkagent worker = without("full", Confined.mounts(fill), there)) {
      serves(worker, "full");
      assertTrue(worker.stderr().contains("with --runtime-dir"), worker::said);
    }
  }

  /** A worker of this name without a port file. */
  private Lkagent without(String name, List<String> under, Map<String, String> more) {
    Map<String, String> environment = new java.util.HashMap<>(Lkagent.keys(server));
    environment.putAll(more);
    List<String> arguments =
        new ArrayList<>(List.of(Lkagent.workerArguments("--agent-name", name)));
    arguments.removeAll(List.of("--port-file", "@port"));
    return Lkagent.startBehind(under, folder, environment, arguments.toArray(String[]::new));
  }

  private void serves(Lkagent worker, String name) {
    worker.awaitLog("registered");
    api.createRoom("room-" + name, name);
    worker.awaitLog("the agent runs", "room_name", "room-" + name);
    api.deleteRoom("room-" + name);
    worker.awaitLog("the job is over", "room_name", "room-" + name);
    worker.signal("TERM");
    assertEquals(0, worker.awaitExit(), worker::said);
    worker.awaitNothingLeft(SOON);
  }
}
