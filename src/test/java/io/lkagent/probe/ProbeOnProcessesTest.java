package io.lkagent.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.process.ChildSpawner;
import io.lkagent.process.ProcessSpec;
import io.lkagent.process.ProcessStarter;
import io.lkagent.supervise.ChildSettings;
import io.lkagent.testing.PythonTools;
import io.lkagent.time.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** A probe of real processes, beside what they and the test measure themselves. */
@Isolated("it measures milliseconds")
final class ProbeOnProcessesTest {
  private static final Time TIME = Time.raw();
  private static final long MILLI = 1_000_000;

  /** The kernel's monotonic clock is the same for every process. */
  private static final String STAMPING =
      """
      import json, os, sys, time
      began = time.monotonic_ns()
      def say(**frame):
          os.write(3, json.dumps(frame).encode() + b"\\n")
      say(type="hello", protocol=1, pid=os.getpid(), runtime="python", up_ns=time.monotonic_ns() - began)
      for line in iter(sys.stdin.readline, ""):
          frame = json.loads(line)
          if frame["type"] == "init":
              time.sleep(0.05)
              with open(os.environ["STAMPS"], "a") as stamps:
                  stamps.write(f"{began} {time.monotonic_ns()}\\n")
              say(type="ready")
          elif frame["type"] == "ping":
              say(type="pong", t=frame["t"])
          elif frame["type"] == "shutdown":
              sys.exit()
      """;

  private static final String COUNTING =
      """
      echo "$(date +%s%N) 1" >>"$STAMPS"
      echo '{"type":"hello","protocol":1,"pid":'$$',"runtime":"sh"}' >&3
      while read -r line; do
        case $line in
        *'"init"'*) sleep 0.2; echo "$(date +%s%N) -1" >>"$STAMPS"; echo '{"type":"ready"}' >&3 ;;
        *'"ping"'*) t=${line##*'"t":'}; echo "{\\"type\\":\\"pong\\",\\"t\\":${t%%[!0-9-]*}}" >&3 ;;
        *'"shutdown"'*) exit 0 ;;
        esac
      done
      """;

  @TempDir Path folder;

  private final List<Long> asked = Collections.synchronizedList(new ArrayList<>());

  /** As a bystander sees it: from just before the spawn to the moment at which it says ready. */
  @Test
  @Tag("python")
  void ready_agreesWithTheClocksOutsideTheProbe() throws Exception {
    Path agent = Files.writeString(folder.resolve("agent.py"), STAMPING);
    List<ProbeRun> runs =
        probe(List.of(PythonTools.python().toString(), agent.toString()), plan(15, List.of(1)))
            .runs();
    List<Long> program = new ArrayList<>();
    List<Long> ready = new ArrayList<>();
    List<String> stamps = Files.readAllLines(folder.resolve("stamps"));
    assertEquals(runs.size(), stamps.size());
    for (int i = 0; i < stamps.size(); i++) {
      String[] words = stamps.get(i).split(" ", 2);
      Times times = runs.get(i).times();
      program.add(Math.abs(times.program() - (Long.parseLong(words[0]) - asked.get(i))));
      long outside = Long.parseLong(words[1]) - asked.get(i);
      assertTrue(times.ready() > outside, () -> "ready before it was said: " + times);
      ready.add(times.ready() - outside);
    }
    assertSmall(program);
    assertSmall(ready);
  }

  /** Where others work too, a reader is late now and then; of a wrong clock all would be wrong. */
  private static void assertSmall(List<Long> distances) {
    List<Long> sorted = distances.stream().sorted().toList();
    assertTrue(sorted.get(sorted.size() / 4) < 5 * MILLI, () -> "nanoseconds apart: " + sorted);
  }

  @Test
  void concurrency_ofEachSeries_isReachedAndNeverPassed() throws Exception {
    Path agent = Files.writeString(folder.resolve("agent.sh"), COUNTING);
    for (int most : new int[] {1, 4}) {
      Files.deleteIfExists(folder.resolve("stamps"));
      ProbeResult result =
          probe(List.of("/bin/sh", agent.toString()), plan(most * 3, List.of(most)));
      assertEquals(most * 3, result.measured(most).size());
      assertTrue(result.runs().stream().allMatch(run -> run.outcome().ready()));
      assertEquals(most, mostAtOnce());
    }
  }

  private int mostAtOnce() throws IOException {
    int now = 0;
    int most = 0;
    for (String line : Files.readAllLines(folder.resolve("stamps")).stream().sorted().toList()) {
      now += Integer.parseInt(line.substring(line.indexOf(' ') + 1));
      most = Math.max(most, now);
    }
    return most;
  }

  private static ProbePlan plan(int runs, List<Integer> concurrency) {
    return new ProbePlan(runs, 0, 0, concurrency, null, false, false, Limits.NONE);
  }

  private ProbeResult probe(List<String> command, ProbePlan plan) throws Exception {
    TargetSource source =
        change -> {
          ChildSpawner spawner = new ChildSpawner(TIME);
          ProcessStarter starter =
              spec -> {
                asked.add(TIME.nanos());
                return spawner.start(change.apply(spec));
              };
          return new ProbeTarget(
              "agent",
              Family.PROGRAM,
              new ProcessSpec(
                  command, Map.of("STAMPS", folder.resolve("stamps").toString()), Set.of(), null),
              starter,
              ChildSettings.defaults(),
              null,
              0,
              spawner::close);
        };
    return new Probe(source, plan, ProbeListener.none(), "test", TIME).run();
  }
}
