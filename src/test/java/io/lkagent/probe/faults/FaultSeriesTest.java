package io.lkagent.probe.faults;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.lkagent.probe.Family;
import io.lkagent.probe.FaultResult;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.ProbeTarget;
import io.lkagent.probe.Results;
import io.lkagent.process.ChildSpawner;
import io.lkagent.process.ProcessSpec;
import io.lkagent.supervise.ChildSettings;
import io.lkagent.testing.ShellAgent;
import io.lkagent.time.Time;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Good agents bear every fault, and each bad one fails the fault that is about it. */
final class FaultSeriesTest {
  private static final Duration READY = Duration.ofMillis(100);

  /** Long enough for a shell on a busy machine; what fails takes as long. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  /** The example agent, for what a test changes in it. */
  private static final Path EXAMPLE = Path.of("examples/shell-agent/agent.sh");

  @TempDir Path folder;

  @Test
  void faults_allAgainstTheShellExample_areBorneAndLeaveNothing() throws Exception {
    String mark = UUID.randomUUID().toString();
    List<FaultResult> results =
        results(Faults.ALL, Duration.ofSeconds(30), mark, "/bin/sh", EXAMPLE.toString());
    assertEquals(List.of(), results.stream().filter(r -> !r.passed()).toList());
    assertEquals(Faults.names(), results.stream().map(FaultResult::name).toList());
    assertEquals("init-timeout", reason(results, "hang-before-hello"));
    assertEquals("protocol-error", reason(results, "oversized-frame"));
    assertEquals("crashed", reason(results, "exit-when-ready"));
    assertEquals(List.of(), ShellAgent.marked(mark));
  }

  private static String reason(List<FaultResult> results, String name) {
    return results.stream().filter(r -> r.name().equals(name)).findFirst().orElseThrow().reason();
  }

  @Test
  void agent_thatDiesOfSigterm_failsThatSignalOnly() throws Exception {
    List<String> command =
        List.of("/usr/bin/env", "--default-signal=TERM", "/bin/sh", EXAMPLE.toString());
    fails(command, "sigterm-during-init", "(SIGTERM)");
    passes(command, "sigint-during-init", "sighup-during-init");
  }

  @Test
  void agent_thatIgnoresShutdown_failsBothShutdowns() throws Exception {
    List<String> command = changed("    shutdown)", "    never)");
    fails(command, "shutdown-during-init", "did not end in order");
    fails(command, "shutdown-twice", "did not end in order");
    passes(command, "closed-when-ready");
  }

  @Test
  void agent_thatAnswersNoPingsWhileItLoads_failsThatFault() throws Exception {
    List<String> command = changed("    init) ", "    init) sleep 1.5; ");
    fails(command, "ping-during-init", "no ping before it was ready");
    passes(command, "shutdown-twice");
  }

  @Test
  void agent_thatChokesOnWhatItDoesNotKnow_failsUnknownMessages() throws Exception {
    List<String> command = changed("  esac", "    *) exit 4 ;;\n  esac");
    fails(command, "unknown-message", "exit code 4");
    passes(command, "unknown-field");
  }

  @Test
  void agent_thatDoesNotWaitForInit_failsALateOne() throws Exception {
    List<String> command = changed("while IFS=", "say '{\"type\":\"ready\"}'\nwhile IFS=");
    fails(command, "late-init", "ready before init");
  }

  @Test
  void agent_thatOutlivesItsWorker_failsEachClosedChannel() throws Exception {
    List<String> command = changed("# The end of the input", "sleep 60 #");
    fails(command, "closed-when-ready", "lived on");
    fails(command, "closed-before-hello", "lived on");
  }

  @Test
  void agent_whoseExitIsNoGoodOne_failsWithItsLastWords() throws Exception {
    List<String> command = changed("      exit 0", "      echo 'ValueError: too late' >&2; exit 3");
    fails(command, "shutdown-twice", "its last words: ValueError: too late");
  }

  @Test
  void scenario_thatBreaks_leavesNoProcess() throws Exception {
    String mark = UUID.randomUUID().toString();
    Fault broken =
        new Fault(
            "broken",
            Side.AGENT,
            "",
            "",
            "",
            trial -> {
              assertTrue(trial.start(Tamper.NONE).ready());
              throw new IllegalArgumentException("as this test wants it");
            });
    try (ChildSpawner spawner = new ChildSpawner(Time.raw())) {
      FaultSeries series =
          series(List.of(broken), mark, spawner, List.of("/bin/sh", EXAMPLE.toString()));
      assertThrows(IllegalStateException.class, () -> series.run(new Pace(READY, PATIENCE)));
      eventually(Duration.ofSeconds(10), () -> ShellAgent.marked(mark).isEmpty());
    }
  }

  @Test
  void into_afterAStop_opensNoAgent() throws Exception {
    FaultSeries series =
        new FaultSeries(change -> fail("opened the agent"), Faults.ALL, Time.raw());
    ProbeResult starts = Results.probe().warm(100).build();
    series.stop();
    assertSame(starts, series.into(starts));
  }

  private List<String> changed(String from, String to) throws Exception {
    String source = Files.readString(EXAMPLE);
    assertTrue(source.contains(from), from);
    Path file = Files.createTempFile(folder, "agent", ".sh");
    Files.writeString(file, source.replace(from, to));
    return List.of("/bin/sh", file.toString());
  }

  private void fails(List<String> command, String fault, String words) throws Exception {
    FaultResult result = one(command, fault);
    assertTrue(!result.passed() && result.seen().contains(words), result.toString());
  }

  private void passes(List<String> command, String... faults) throws Exception {
    for (String fault : faults) {
      FaultResult result = one(command, fault);
      assertTrue(result.passed(), result.toString());
    }
  }

  private FaultResult one(List<String> command, String fault) throws Exception {
    return results(
            List.of(Faults.named(fault).orElseThrow()),
            PATIENCE,
            "",
            command.toArray(String[]::new))
        .getFirst();
  }

  private List<FaultResult> results(
      List<Fault> faults, Duration patience, String mark, String... command) throws Exception {
    try (ChildSpawner spawner = new ChildSpawner(Time.raw())) {
      return series(faults, mark, spawner, List.of(command)).run(new Pace(READY, patience));
    }
  }

  private static FaultSeries series(
      List<Fault> faults, String mark, ChildSpawner spawner, List<String> command) {
    ProcessSpec spec = new ProcessSpec(command, Map.of("FAULTS_TEST", mark), Set.of(), null);
    return new FaultSeries(
        change ->
            new ProbeTarget(
                "test",
                Family.PROGRAM,
                spec,
                each -> spawner.start(change.apply(each)),
                ChildSettings.defaults(),
                null,
                () -> {}),
        faults,
        Time.raw());
  }
}
