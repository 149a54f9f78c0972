package io.lkagent.outside;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.Eventually;
import io.lkagent.testing.Lkagent;
import io.lkagent.testing.OnRealServer;
import io.lkagent.testing.PythonTools;
import io.lkagent.testing.PythonWorker;
import io.lkagent.testing.RealLiveKit;
import io.lkagent.testing.RecordingProxy;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.WireRecord;
import io.lkagent.time.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What our worker and LiveKit's own Python worker do on the wire in the same life on the real
 * server, side by side: the table is left in {@code target/wire-comparison.md}.
 *
 * <p>Of the Python worker that alone is asserted which follows from how it is made; times are
 * recorded.
 */
@Tag("python")
@OnRealServer
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WireComparisonTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Path TABLE = Path.of("target/wire-comparison.md");

  private final RealLiveKit server = RealLiveKit.start();
  private final Map<String, Map<String, String>> columns = new TreeMap<>();
  @TempDir Path folder;

  /** A worker as a process, whoever made it. */
  private interface Candidate extends AutoCloseable {
    void terminate();

    int awaitExit();

    String said();

    @Override
    void close();
  }

  @Test
  void ours_keepsEachPromise() {
    String agent = PythonTools.python() + " " + path("examples/python-echo-agent/agent.py");
    WireRecord seen =
        life(
            "lkagent",
            (proxy, name) -> {
              Lkagent run =
                  Lkagent.worker(
                      folder,
                      server,
                      Map.of("LIVEKIT_URL", proxy.url()),
                      "--agent-name",
                      name,
                      "--max-jobs",
                      "2",
                      "--exec",
                      agent);
              return new Candidate() {
                @Override
                public void terminate() {
                  run.signal("TERM");
                }

                @Override
                public String said() {
                  return run.said();
                }

                @Override
                public int awaitExit() {
                  return run.awaitExit();
                }

                @Override
                public void close() {
                  run.close();
                }
              };
            });
    assertEquals(List.of("REGISTER", "UPDATE_WORKER"), seen.statements(1).subList(0, 2));
    assertEquals(List.of("REGISTER", "UPDATE_WORKER"), seen.statements(2).subList(0, 2));
    assertEquals("FULL", seen.firstStatus(2));
    // It does not wait for the answer, which may still be the first to pass.
    assertTrue(seen.millis("status") < 100, seen::toString);
    assertTrue(seen.millis("yes") < 500, seen::toString);
    assertTrue(seen.millis("full") < 0, seen::toString);
    assertTrue(seen.millis("full after SIGTERM") < 1000, seen::toString);
    assertTrue(seen.millis("success before the leave") > 0, seen::toString);
    assertEquals(2, seen.named(2).size());
    assertEquals("CLOSE", seen.statements(2).getLast());
  }

  @Test
  void livekitAgents_keepsSome() {
    WireRecord seen =
        life(
            "livekit-agents",
            (proxy, name) -> {
              PythonWorker run =
                  PythonWorker.start(
                      server, proxy.url(), name, Map.of("TEST_JOIN", "1", "TEST_MAX_JOBS", "2"));
              return new Candidate() {
                @Override
                public void terminate() {
                  run.terminate();
                }

                @Override
                public String said() {
                  return run.output();
                }

                @Override
                public int awaitExit() {
                  return run.awaitExit(PATIENCE);
                }

                @Override
                public void close() {
                  run.close();
                }
              };
            });
    assertEquals(List.of("REGISTER", "UPDATE_WORKER"), seen.statements(1).subList(0, 2));
    assertEquals("FULL", seen.firstStatus(2));
    // It looks at its load now and then; until then a yes too many is possible.
    assertTrue(seen.millis("full") > 0, seen::toString);
    assertEquals(2, seen.named(2).size());
    assertEquals("CLOSE", seen.statements(2).getLast());
  }

  private static Path path(String name) {
    return Path.of(name).toAbsolutePath();
  }

  /** How a candidate is started behind a proxy, under an agent name. */
  private interface Starter {
    Candidate start(RecordingProxy proxy, String name);
  }

  /**
   * One life: registered; a job that the server ends; two jobs, which make it full; a cut; a room
   * that closes; SIGTERM while the other job runs; that room closes.
   */
  private WireRecord life(String who, Starter starter) {
    String name = who + "-" + Long.toHexString(Time.raw().nanos());
    ServerApi api = new ServerApi(server);
    try (RecordingProxy proxy = RecordingProxy.inFrontOf(server.url());
        Candidate worker = starter.start(proxy, name)) {
      WireRecord seen = new WireRecord(proxy);
      try {
        life(name, api, proxy, worker, seen);
      } catch (AssertionError e) {
        throw new AssertionError(e.getMessage() + "; it said: " + worker.said(), e);
      }
      columns.put(who, seen.table());
      return seen;
    }
  }

  private static void life(
      String name, ServerApi api, RecordingProxy proxy, Candidate worker, WireRecord seen) {
    seen.registered(1);
    seen.status(1);
    api.createRoom(name + "-1", name);
    seen.answered();
    joined(api, name + "-1");
    endedByTheServer(api, name + "-1", seen);
    api.createRoom(name + "-2", name);
    joined(api, name + "-2");
    api.createRoom(name + "-3", name);
    joined(api, name + "-3");
    seen.full(1);
    proxy.cutWorkers();
    seen.registered(2);
    seen.status(2);
    seen.reported(2);
    api.deleteRoom(name + "-2");
    seen.available(2);
    long asked = Time.raw().nanos();
    worker.terminate();
    seen.fullAfter(asked);
    assertEquals(1, api.participants(name + "-3").size(), "its running job goes on");
    api.deleteRoom(name + "-3");
    int exit = worker.awaitExit();
    seen.ended(exit);
  }

  private static void joined(ServerApi api, String room) {
    Eventually.eventually(
        PATIENCE,
        () -> "nobody is in " + room,
        () ->
            api.participants(room).stream()
                .anyMatch(
                    one -> one.getState() == livekit.LivekitModels.ParticipantInfo.State.ACTIVE));
  }

  /** Deletes the dispatch, and sees who is first: the job's SUCCESS, or the agent's leave. */
  private static void endedByTheServer(ServerApi api, String room, WireRecord seen) {
    String dispatch = api.dispatches(room).getFirst().getId();
    api.deleteDispatch(room, dispatch);
    long[] there = {Time.raw().nanos()};
    Eventually.eventually(
        PATIENCE,
        () -> {
          long asked = Time.raw().nanos();
          boolean gone = api.participants(room).isEmpty();
          if (!gone) {
            there[0] = asked;
          }
          return gone;
        });
    seen.success(there[0], Time.raw().nanos());
  }

  @AfterAll
  void write() throws IOException {
    server.close();
    if (columns.size() < 2) {
      return;
    }
    List<String> lines = new ArrayList<>();
    lines.add("| What | " + String.join(" | ", columns.keySet()) + " |");
    lines.add("|---|" + "---|".repeat(columns.size()));
    for (String row : WireRecord.ROWS) {
      lines.add(
          "| "
              + row
              + " | "
              + String.join(
                  " | ", columns.values().stream().map(one -> one.getOrDefault(row, "")).toList())
              + " |");
    }
    Files.write(TABLE, lines);
  }
}
