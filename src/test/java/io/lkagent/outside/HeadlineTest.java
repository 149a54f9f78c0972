package io.lkagent.outside;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.json.JsonObject;
import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.Lkagent;
import io.lkagent.testing.Proc;
import io.lkagent.testing.RawParticipant;
import io.lkagent.testing.RealLiveKit;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.ServerUnderTest;
import io.lkagent.testing.TriedAgain;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** One room, one process: counted by the kernel's word. */
@Isolated("a dispatch that is answered late is lost, on the real server")
final class HeadlineTest {
  private static final Duration FIVE_SECONDS = Duration.ofSeconds(5);
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int ROOMS = 10;

  @TempDir Path folder;

  @Test
  void rooms_onTheDevServer_areProcessesOfTheirOwnAndGiveThemBack() {
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker = Lkagent.worker(folder, server, Map.of())) {
      roomsComeAndGo(server, worker);
      long pid = oneRoom(server, worker, "audience");
      fiftyHumansInOneRoom(server, worker, pid);
      diedInACall(server, worker, pid);
      worker.signal("KILL");
      worker.awaitNothingLeft(FIVE_SECONDS);
    }
  }

  @Test
  @ExtendWith(TriedAgain.class)
  @Tag("livekit")
  void rooms_onTheRealServer_areProcessesOfTheirOwnAndGiveThemBack() {
    try (ServerUnderTest server = RealLiveKit.start();
        Lkagent worker = Lkagent.worker(folder, server, Map.of())) {
      roomsComeAndGo(server, worker);
      oneRoom(server, worker, "last");
      worker.signal("KILL");
      worker.awaitNothingLeft(FIVE_SECONDS);
    }
  }

  @Test
  void signals_withARunningRoom_drainThenForce() {
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent drained = Lkagent.worker(folder, server, Map.of(), "--agent-name", "drained");
        Lkagent forced = Lkagent.worker(folder, server, Map.of(), "--agent-name", "forced")) {
      ServerApi api = new ServerApi(server);
      drained.awaitLog("registered");
      forced.awaitLog("registered");
      api.createRoom("a", "drained");
      api.createRoom("b", "forced");
      eventually(SOON, () -> busy(drained).size() == 1 && busy(forced).size() == 1);
      assertEquals(
          0,
          Lkagent.start(folder, Map.of(), "worker", "health", "--port", drained.port() + "")
              .awaitExit());
      drained.signal("TERM");
      forced.signal("TERM");
      drained.awaitLog("draining: no new jobs");
      forced.awaitLog("draining: no new jobs");
      assertTrue(drained.isAlive() && forced.isAlive());
      assertEquals(1, busy(drained).size());
      forced.signal("TERM");
      assertEquals(6, forced.awaitExit(FIVE_SECONDS.plusSeconds(5)), forced::said);
      forced.awaitNothingLeft(FIVE_SECONDS);
      api.deleteRoom("a");
      assertEquals(0, drained.awaitExit(FIVE_SECONDS.plusSeconds(5)), drained::said);
      drained.awaitNothingLeft(FIVE_SECONDS);
    }
  }

  @Test
  void commands_byTheRuntimeFolder_findTheWorkerAndDrainIt() {
    try (ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker = Lkagent.worker(folder, server, Map.of())) {
      worker.awaitLog("registered");
      try (Lkagent health = Lkagent.start(folder, Map.of(), "worker", "health");
          Lkagent elsewhere =
              Lkagent.start(folder, Map.of("XDG_RUNTIME_DIR", "/nowhere"), "worker", "health")) {
        assertEquals(0, health.awaitExit(), health::said);
        assertEquals(3, elsewhere.awaitExit(), elsewhere::said);
      }
      try (Lkagent drain = Lkagent.start(folder, Map.of(), "worker", "drain")) {
        assertEquals(0, drain.awaitExit(), drain::said);
      }
      assertEquals(0, worker.awaitExit(FIVE_SECONDS), worker::said);
      worker.awaitNothingLeft(FIVE_SECONDS);
    }
  }

  private static void roomsComeAndGo(ServerUnderTest server, Lkagent worker) {
    ServerApi api = new ServerApi(server);
    worker.awaitLog("registered");
    worker.awaitJobProcesses(1);
    long before = resident(worker);
    for (int i = 0; i < ROOMS; i++) {
      api.createRoom("room-" + i, "outside");
    }
    eventually(SOON, () -> busy(worker) + worker.said(), () -> busy(worker).size() == ROOMS);
    Set<Long> first = busy(worker);
    assertTrue(resident(worker) > before + ROOMS * 10_000_000L);
    for (int i = 0; i < ROOMS; i++) {
      api.deleteRoom("room-" + i);
    }
    eventually(
        FIVE_SECONDS,
        () -> "processes " + busy(worker) + " with jobs are left" + worker.said(),
        () -> busy(worker).isEmpty());
    eventually(FIVE_SECONDS, () -> worker.jobProcesses().stream().noneMatch(first::contains));
    worker.awaitJobProcesses(1);
    long idle = worker.jobProcesses().stream().mapToLong(Proc::resident).max().orElse(0);
    assertTrue(
        resident(worker) <= Math.max(before, idle) + 20_000_000,
        () -> resident(worker) + " bytes after, " + before + " before");
  }

  /** A room, a second dispatch into it, a second human: one pid. */
  private static long oneRoom(ServerUnderTest server, Lkagent worker, String room) {
    ServerApi api = new ServerApi(server);
    api.createRoom(room, "outside");
    eventually(SOON, worker::said, () -> busy(worker).size() == 1);
    Set<Long> one = busy(worker);
    worker.awaitLog("the agent runs", "room_name", room);
    api.createDispatch(room, "outside", "again");
    worker.awaitLog("refused a job", "room_name", room);
    assertEquals(one, busy(worker));
    return one.iterator().next();
  }

  private static void fiftyHumansInOneRoom(ServerUnderTest server, Lkagent worker, long pid) {
    List<RawParticipant> humans = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      humans.add(RawParticipant.join(server, "audience", "human-" + i));
      if (i == 1) {
        assertEquals(Set.of(pid), busy(worker));
      }
    }
    eventually(SOON, worker::said, () -> worker.get("/worker").body().contains("50"));
    assertEquals(Set.of(pid), busy(worker));
    humans.forEach(RawParticipant::close);
  }

  /** SIGKILL of a job process: its job fails and says why, and the next room is served. */
  private static void diedInACall(ServerUnderTest server, Lkagent worker, long pid) {
    Lkagent.signal(pid, "KILL");
    JsonObject failed = worker.awaitLog("the job failed", "pid", Long.toString(pid));
    assertEquals("crashed", failed.string("reason"));
    assertEquals("ERROR", failed.string("level"));
    assertTrue(failed.string("detail").contains("SIGKILL"), failed.string("detail"));
    assertEquals(200, worker.status("/"));
    oneRoom(server, worker, "next");
  }

  /** Job processes that serve a room, as {@code ps} shows them. */
  private static Set<Long> busy(Lkagent worker) {
    return worker.jobProcesses().stream()
        .filter(pid -> Proc.text(pid, "comm").strip().equals("lkagent:job"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static long resident(Lkagent worker) {
    return worker.jobProcesses().stream().mapToLong(Proc::resident).sum();
  }
}
