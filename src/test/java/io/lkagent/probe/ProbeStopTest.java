package io.lkagent.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lkagent.process.ChildSpawner;
import io.lkagent.process.ProcessSpec;
import io.lkagent.testing.ShellAgent;
import io.lkagent.time.Time;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What ends a probe early. */
@Timeout(60)
final class ProbeStopTest {
  private static final Time TIME = Time.raw();

  /** Never ready once the folder says so. */
  private static final String AGENT =
      """
      say() { printf '%s\n' "$1" >&3; }
      say '{"type":"hello","protocol":1,"pid":'$$',"runtime":"python 3"}'
      while read -r line; do
        case $line in
        *'"init"'*) [ -e "$FOLDER/hang" ] || say '{"type":"ready"}' ;;
        *'"ping"'*) t=${line##*'"t":'}; say '{"type":"pong","t":'${t%%[!0-9-]*}'}' ;;
        *'"shutdown"'*) exit 0 ;;
        esac
      done
      """;

  /** The first three wait, the fourth fails. */
  private static final String PREPARE =
      """
      for n in 1 2 3; do
        mkdir "$FOLDER/$n" 2>/dev/null && exec sleep 600
      done
      exit 3
      """;

  @TempDir Path folder;

  @Test
  void fault_ofOneOfSeveralAtOnce_endsTheOthersAndIsTheOneThatIsTold() {
    ProbePlan plan = new ProbePlan(1, 4, 0, List.of(4), PREPARE, false, false, Limits.NONE);
    ProbeFault fault = assertThrows(ProbeFault.class, probe(this::target, plan)::run);
    assertEquals(
        "--prepare: the command ended with exit code 3; no start was made after it", fault.line());
  }

  /** The worst moment: the start with the instrument is about to be made. */
  @Test
  void stop_beforeTheLookInside_endsItsStartToo() throws Exception {
    AtomicInteger opened = new AtomicInteger();
    AtomicReference<Runnable> stop = new AtomicReference<>(() -> {});
    TargetSource source =
        change -> {
          if (opened.incrementAndGet() == 2) {
            hang();
            stop.get().run();
          }
          return target(change);
        };
    Probe probe = probe(source, new ProbePlan(1, 0, 0, List.of(1), null, false, true, Limits.NONE));
    stop.set(probe::stop);
    ProbeResult result = probe.run();
    assertEquals(2, opened.get());
    assertEquals(1, result.runs().size());
    assertInstanceOf(Inside.Unknown.class, result.inside());
  }

  private void hang() {
    try {
      Files.createFile(folder.resolve("hang"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Probe probe(TargetSource source, ProbePlan plan) {
    return new Probe(source, plan, ProbeListener.none(), "test", TIME);
  }

  private ProbeTarget target(UnaryOperator<ProcessSpec> change) {
    ChildSpawner spawner = new ChildSpawner(TIME);
    return new ProbeTarget(
        "agent",
        Family.PROGRAM,
        new ProcessSpec(
            List.of("/bin/sh", "-c", AGENT), Map.of("FOLDER", folder.toString()), Set.of(), null),
        spec -> spawner.start(change.apply(spec)),
        ShellAgent.settings(Duration.ofMinutes(5), Duration.ofSeconds(5), Duration.ofMinutes(5)),
        null,
        spawner::close);
  }
}
