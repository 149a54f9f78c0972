package io.lkagent.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.process.ChildSpawner;
import io.lkagent.process.ProcessSpec;
import io.lkagent.supervise.ChildSettings;
import io.lkagent.supervise.OomWatch;
import io.lkagent.testing.ShellAgent;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Single starts of shell agents that do something odd. */
@Timeout(60)
final class StartTest {
  private static final Time TIME = Time.raw();

  /** What it does at init comes from the test. */
  private static final String AGENT =
      """
      say() { printf '%s\n' "$1" >&3; }
      say '{"type":"hello","protocol":1,"pid":'$$',"runtime":"sh"}'
      while read -r line; do
        case $line in
        *'"init"'*) eval "$0" ;;
        *'"ping"'*) t=${line##*'"t":'}; say '{"type":"pong","t":'${t%%[!0-9-]*}'}' ;;
        *'"shutdown"'*) exit 0 ;;
        esac
      done
      """;

  private static final String UNASKED =
      "for t in 1 2 3 4 5 6 7 8 9; do say '{\"type\":\"pong\",\"t\":'$t'}'; done; ";

  private final ChildSpawner spawner = new ChildSpawner(TIME);

  @AfterEach
  void close() {
    spawner.close();
  }

  @Test
  void pings_answeredToOthers_countForNothing() throws Exception {
    ProbeRun run = run(UNASKED + "say '{\"type\":\"ready\"}'", pid -> {});
    assertTrue(run.outcome().ready(), run::toString);
    assertTrue(run.pings().answered() >= 1, run::toString);
    assertTrue(run.pings().answered() <= run.pings().sent(), run::toString);
    assertTrue(run.pings().longestNanos() <= run.times().ended(), run::toString);
  }

  @Test
  void silence_betweenPongsToOthers_isAsLongAsTheOldestPingWaits() throws Exception {
    ProbeRun run = run("sleep 1; " + UNASKED + "sleep 0.2; exit 3", pid -> {});
    assertFalse(run.outcome().ready(), run::toString);
    assertEquals(0, run.pings().answered(), run::toString);
    long silence = run.pings().longestNanos();
    assertTrue(silence > Duration.ofMillis(900).toNanos(), run::toString);
    assertTrue(silence <= run.times().ended(), run::toString);
  }

  @Test
  void look_thatFails_keepsNoProcessAlive() throws Exception {
    ProbeRun run =
        run(
            "say '{\"type\":\"ready\"}'",
            pid -> {
              throw new IllegalStateException("a look that fails, as this test wants it");
            });
    assertTrue(run.outcome().ready(), run::toString);
  }

  private ProbeRun run(String atInit, LongConsumer shown) throws InterruptedException {
    ProcessSpec spec =
        new ProcessSpec(List.of("/bin/sh", "-c", AGENT, atInit), Map.of(), Set.of(), null);
    ChildSettings settings =
        ShellAgent.settings(Duration.ofSeconds(30), Duration.ofSeconds(5), Duration.ofSeconds(30));
    ProbeTarget target =
        new ProbeTarget("agent", Family.PROGRAM, spec, spawner, settings, null, () -> {});
    return new Start(target, Start.Ending.ORDERLY, true, OomWatch.none(), shown, TIME)
        .run(1, Part.WARM, 1);
  }
}
