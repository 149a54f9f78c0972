package io.lkagent.outside;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.Lkagent;
import io.lkagent.testing.Proc;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.ServerUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agents that misbehave as programs can: the worker says how, lives on, and leaves nothing. */
final class BadAgentsTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final long BOUND = 500_000_000;

  /** The protocol's shell side: hello, ready, running and pongs. */
  private static final String GOOD =
      """
      say() { printf '%s\\n' "$1" >&3; }
      say '{"type":"hello","protocol":1,"pid":'$$',"runtime":"sh"}'
      while read -r line; do
        case $line in
          *'"init"'*) say '{"type":"ready"}' ;;
          *'"ping"'*) say "$(printf '%s' "$line" | sed 's/"ping"/"pong"/')" ;;
          *'"start"'*) say '{"type":"running"}'; on_start "$line" ;;
          *'"shutdown"'*) on_shutdown ;;
        esac
      done
      """;

  @TempDir Path folder;

  @Test
  void agents_thatNeverBecomeReady_areNamedWithTheirReason() throws IOException {
    fails("silent", "exec sleep 1000", "init-timeout");
    fails("garbage", "echo 'what is this' >&3; sleep 1000", "protocol-error");
    fails("endless", "head -c 100000000 /dev/zero | tr '\\0' x >&3; sleep 1000", "protocol-error");
    fails("gone", "echo some last words; exit 3", "init-failed");
  }

  private void fails(String name, String script, String reason) throws IOException {
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker =
            Lkagent.worker(
                folder,
                server,
                Map.of(),
                "--exec",
                script(name, script),
                "--init-timeout",
                "3s",
                "--shutdown-timeout",
                "1s")) {
      var event = worker.awaitLog("a process did not start", "reason", reason);
      assertTrue(!event.string("detail").isEmpty(), worker::said);
      if (name.equals("gone")) {
        assertTrue(worker.stderr().contains("some last words"), worker::said);
      }
      ends(worker);
    }
  }

  @Test
  void program_thatDoesNotExist_isNamed() {
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker =
            Lkagent.worker(folder, server, Map.of(), "--exec", "/no/such/program --x")) {
      worker.awaitLog("a process did not start", "reason", "init-failed");
      assertTrue(worker.stderr().contains("/no/such/program"), worker::said);
      eventually(SOON, worker::said, () -> worker.get("/").body().contains("fail to start"));
      assertEquals(503, worker.status("/readyz"));
      assertEquals(503, worker.status("/"));
      assertEquals(200, worker.status("/livez"));
      ends(worker);
    }
  }

  /** Prints without a newline, ignores SIGTERM, forks into a session of its own and lingers. */
  @Test
  void agent_thatFloodsForksAndIgnoresSignals_isBoundedAndLeavesNothing() throws IOException {
    String script =
        """
        trap '' TERM INT HUP
        setsid sh -c 'trap "" TERM; while :; do sleep 1; done' 3>&- &
        on_start() { head -c 100000000 /dev/zero | tr '\\0' y; echo; echo flood is over; }
        on_shutdown() { :; }
        """
            + GOOD;
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker =
            Lkagent.worker(
                folder,
                server,
                Map.of(),
                "--exec",
                script("flood", script),
                "--shutdown-timeout",
                "1s",
                "--drain-timeout",
                "2s")) {
      worker.awaitLog("registered");
      ServerApi api = new ServerApi(server);
      api.createRoom("a", "outside");
      worker.awaitLog("flood is over");
      assertTrue(Proc.resident(worker.pid()) < BOUND, () -> "" + Proc.resident(worker.pid()));
      assertTrue(worker.stderrSize() < 20_000_000, () -> worker.stderrSize() + " bytes of log");
      assertEquals(200, worker.status("/"));
      worker.signal("TERM");
      assertEquals(6, worker.awaitExit(Duration.ofSeconds(20)), worker::said);
      worker.awaitNothingLeft(Duration.ofSeconds(5));
    }
  }

  /** Names and metadata of every kind; each line of the log is still one JSON object. */
  @Test
  void rooms_withOddNames_reachTheAgentAndBreakNoLine() throws IOException {
    Path got = folder.resolve("got");
    String script =
        """
        on_start() { printf '%%s\\n' "$1" >> %s; printf 'a line\\rwith \\033[1m colour\\n'; }
        on_shutdown() { exit 0; }
        """
                .formatted(got)
            + GOOD;
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker =
            Lkagent.worker(folder, server, Map.of(), "--exec", script("echo", script))) {
      worker.awaitLog("registered");
      ServerApi api = new ServerApi(server);
      String metadata = "m".repeat(1_000_000);
      for (String room :
          new String[] {"n".repeat(256), "комната-部屋-🚪", "two\nlines\" and \\ \u2028 more"}) {
        api.createDispatch(room, "outside", "");
        worker.awaitLog("the agent runs", "room_name", room);
      }
      api.createDispatch("big", "outside", metadata);
      worker.awaitLog("the agent runs", "room_name", "big");
      eventually(SOON, () -> Files.size(got) > metadata.length());
      assertTrue(Files.readString(got).contains(metadata));
      for (String room : api.rooms().stream().map(livekit.LivekitModels.Room::getName).toList()) {
        api.deleteRoom(room);
      }
      worker.log();
      ends(worker);
    }
  }

  private String script(String name, String text) throws IOException {
    Path file = folder.resolve(name + ".sh");
    Files.writeString(file, "#!/bin/sh\n" + text + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    return file.toString();
  }

  private static void ends(Lkagent worker) {
    assertTrue(worker.isAlive(), worker::said);
    assertTrue(Proc.resident(worker.pid()) < BOUND, () -> "" + Proc.resident(worker.pid()));
    worker.signal("TERM");
    int code = worker.awaitExit();
    assertTrue(code == 0 || code == 6, () -> code + worker.said());
    worker.awaitNothingLeft(Duration.ofSeconds(5));
  }
}
