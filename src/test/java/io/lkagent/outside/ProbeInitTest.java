package io.lkagent.outside;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.Lkagent;
import io.lkagent.testing.PythonTools;
import io.lkagent.testing.ShellAgent;
import io.lkagent.testing.TestCgroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code lkagent probe-init} as its caller sees it: exit codes, signals, what is left. */
final class ProbeInitTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;

  private Lkagent probe(String... more) {
    String[] words = new String[more.length + 2];
    words[0] = "probe-init";
    words[1] = "--no-inside";
    System.arraycopy(more, 0, words, 2, more.length);
    return Lkagent.start(folder, Map.of(), words);
  }

  private static String shell(String behaviour) {
    return "sh " + ShellAgent.script() + " " + behaviour;
  }

  @Test
  void goodAgent_endsWithZeroAndLeavesNothing() {
    try (Lkagent probe = probe("--exec", shell("good"), "--runs", "3")) {
      assertEquals(0, probe.awaitExit(), probe::said);
      probe.awaitNothingLeft(SOON);
    }
  }

  /** Neither hello nor ready, or the wrong answer to each: the verdict is no, and says why. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hang            | 500ms | init-timeout: not ready after 500 ms; no hello",
        "exit-at-once    | 20s   | init-failed: ended during initialisation with exit code 3",
        "garbage         | 20s   | protocol-error: wrote what is not the job protocol",
        "fail            | 20s   | init-failed: no model",
        "die-after-ready | 20s   | crashed: ended by itself with exit code 1"
      })
  void badAgent_endsWithOneAndItsReason_andLeavesNothing(
      String behaviour, String limit, String reason) {
    try (Lkagent probe = probe("--exec", shell(behaviour), "--runs", "1", "--timeout", limit)) {
      assertEquals(1, probe.awaitExit(), probe::said);
      assertTrue(probe.stdout().contains("✗ " + reason), probe::said);
      probe.awaitNothingLeft(SOON);
    }
  }

  /** It is ready, but no worker could stop it in good order. */
  @Test
  void agentThatIgnoresItsShutdown_isKilledAndFails() throws IOException {
    Path agent = folder.resolve("stubborn.sh");
    Files.writeString(
        agent,
        """
        trap '' TERM
        echo '{"type":"hello","protocol":1,"pid":'$$',"runtime":"sh"}' >&3
        while read -r line; do
          case $line in
          *'"init"'*) echo '{"type":"ready"}' >&3 ;;
          *'"ping"'*) t=${line##*'"t":'}; echo "{\\"type\\":\\"pong\\",\\"t\\":${t%%[!0-9-]*}}" >&3 ;;
          *'"shutdown"'*) exec sleep 600 ;;
          esac
        done
        """);
    try (Lkagent probe =
        probe("--exec", "sh " + agent, "--runs", "1", "--shutdown-timeout", "300ms")) {
      assertEquals(1, probe.awaitExit(), probe::said);
      probe.awaitNothingLeft(SOON);
    }
  }

  @Test
  void failFast_makesNoStartBehindTheFirstFailure() throws IOException {
    Path count = folder.resolve("count");
    try (Lkagent probe =
        probe(
            "--exec",
            shell("exit-at-once"),
            "--prepare",
            "echo start >> " + count,
            "--runs",
            "20",
            "--fail-fast")) {
      assertEquals(1, probe.awaitExit(), probe::said);
      assertEquals(List.of("start"), Files.readAllLines(count), probe::said);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--exec=no-such-command-here | not found",
        "--exec=/etc/passwd          | cannot be executed",
        "--timeout=0                 | --timeout is 0",
        "--runs=0                    | --runs is 0",
        "--cpus=-1                   | --cpus is -1",
        "--memory=1                  | --memory is 1 bytes",
        "--prepare=exit 3            | exit code 3",
        "--python=none.py            | none.py does not exist",
        "--working-directory=/none   | is not a folder"
      })
  void badInput_endsWithTwoAndOneLine(String option, String words) {
    try (Lkagent probe = probe(option)) {
      assertEquals(2, probe.awaitExit(), probe::said);
      List<String> lines =
          probe.stderr().lines().filter(line -> line.startsWith("lkagent: ")).toList();
      assertEquals(1, lines.size(), probe::said);
      assertTrue(lines.getFirst().contains(words), probe::said);
      probe.awaitNothingLeft(SOON);
    }
  }

  @Test
  void prepare_runsBeforeEachStart_withTheAgentsVariablesAndFolder() throws IOException {
    Path inner = Files.createDirectory(folder.resolve("inner"));
    try (Lkagent probe =
        probe(
            "--exec",
            shell("good"),
            "--runs",
            "2",
            "--working-directory",
            inner.toString(),
            "--env",
            "WORD=said",
            "--prepare",
            "echo $WORD >> words")) {
      assertEquals(0, probe.awaitExit(), probe::said);
      assertEquals(List.of("said", "said", "said"), Files.readAllLines(inner.resolve("words")));
    }
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void signal_duringAStart_endsEverythingAtOnce(String signal, int code) {
    try (Lkagent probe =
        Lkagent.startBehind(
            List.of("env", "--default-signal=INT"),
            folder,
            Map.of(),
            "probe-init",
            "--no-inside",
            "--exec",
            shell("hang"),
            "--concurrency",
            "3",
            "--cpus",
            "0.5",
            "--runs",
            "10")) {
      probe.awaitJobProcesses(3);
      assertFalse(groupsOf(probe.pid()).isEmpty(), probe::said);
      probe.signal(signal);
      assertEquals(code, probe.awaitExit(Duration.ofSeconds(9)), probe::said);
      probe.awaitNothingLeft(SOON);
      eventually(SOON, () -> "a group is left", () -> groupsOf(probe.pid()).isEmpty());
    }
  }

  @Test
  void signal_duringThePreparation_endsItAtOnce() throws IOException {
    Path begun = folder.resolve("begun");
    try (Lkagent probe =
        probe("--exec", shell("good"), "--prepare", "touch " + begun + "; sleep 600")) {
      eventually(SOON, probe::said, () -> Files.exists(begun));
      probe.signal("TERM");
      assertEquals(143, probe.awaitExit(Duration.ofSeconds(9)), probe::said);
      probe.awaitNothingLeft(SOON);
    }
  }

  /** The app's host imports for ever. */
  @Test
  @Tag("python")
  void signal_whileAnAppIsLoaded_endsItsHost() throws IOException {
    Path begun = folder.resolve("begun");
    Path app =
        Files.writeString(
            folder.resolve("app.py"),
            "import time\nopen('" + begun + "', 'w').close()\ntime.sleep(600)\n");
    try (Lkagent probe =
        probe("--python", app.toString(), "--interpreter", PythonTools.python().toString())) {
      eventually(SOON, probe::said, () -> Files.exists(begun) || !probe.stderr().isEmpty());
      probe.signal("TERM");
      assertEquals(143, probe.awaitExit(Duration.ofSeconds(9)), probe::said);
      probe.awaitNothingLeft(SOON);
    }
  }

  @Test
  void limits_builtInAgent_isKilledForMemoryAndTheVerdictSaysSo() {
    try (Lkagent probe = probe("--runs", "1", "--memory", "16M", "--vad", "off")) {
      assertEquals(1, probe.awaitExit(), probe::said);
      assertTrue(probe.stdout().contains("16 MiB of memory"), probe::said);
      assertTrue(probe.stdout().contains("✗ oom: "), probe::said);
      probe.awaitNothingLeft(SOON);
    }
  }

  /** It is not the agent itself that takes the memory. */
  @Test
  void limits_holdForAllProcesses_andTheGroupIsRemoved() throws IOException {
    Path agent = folder.resolve("parent.sh");
    Files.writeString(
        agent, "cat /proc/self/cgroup >group\ntail /dev/zero\necho $? >ended\nexit 3\n");
    try (Lkagent probe = probe("--exec", "sh " + agent, "--runs", "1", "--memory", "16M")) {
      assertEquals(1, probe.awaitExit(), probe::said);
      String group = "/lkagent-probe-" + probe.pid() + "-";
      assertTrue(Files.readString(folder.resolve("group")).contains(group), probe::said);
      assertEquals("137", Files.readString(folder.resolve("ended")).strip(), probe::said);
      assertEquals(List.of(), groupsOf(probe.pid()), probe::said);
      probe.awaitNothingLeft(SOON);
    }
  }

  /** The control groups that a probe has made; the names tell whose they are. */
  private static List<Path> groupsOf(long pid) {
    return TestCgroup.named("lkagent-probe-" + pid + "-");
  }
}
