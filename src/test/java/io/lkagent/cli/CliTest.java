package io.lkagent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CliTest {
  @TempDir Path directory = Path.of("unset");

  private CliRun run(String... args) {
    return CliRun.of(directory, Map.of(), args);
  }

  /** To renew a page after a change that is meant: {@code -DargLine=-Dlkagent.golden=write}. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "worker",
        "worker start",
        "worker drain",
        "worker health",
        "dispatch",
        "status",
        "dev-server",
        "demo"
      })
  void help_ofEachCommand_isThePageOnRecord(String command) throws IOException {
    CliRun run = run((command + " --help").strip().split(" "));
    assertEquals(0, run.exit(), run.err());
    Golden.check("help/" + ("lkagent " + command).strip().replace(' ', '-') + ".txt", run.out());
    assertTrue(command.equals("worker start") || run.out().lines().count() <= 27, run.out());
    assertTrue(run.out().contains("Example: "), run.out());
  }

  @Test
  void command_mistyped_isSuggested() {
    CliRun run = run("worker", "strat");
    assertEquals(2, run.exit());
    assertTrue(
        run.err().contains("unknown argument \"strat\"; did you mean \"start\"?"), run.err());
  }

  @Test
  void option_mistyped_isSuggested() {
    CliRun run = run("worker", "start", "--max-job=3");
    assertEquals(2, run.exit());
    assertTrue(
        run.err().contains("unknown option \"--max-job\"; did you mean \"--max-jobs\"?"),
        run.err());
  }

  @Test
  void option_begun_isSuggestedWhole() {
    CliRun run = run("worker", "start", "--agent-n=x");
    assertTrue(run.err().contains("did you mean \"--agent-name\"?"), run.err());
  }

  @Test
  void group_withoutCommand_namesTheChoices() {
    CliRun run = run("worker");
    assertEquals(2, run.exit());
    assertEquals(
        "lkagent: which command? start, drain, health (lkagent worker --help says more)",
        run.err().strip());
  }

  @Test
  void useCase_endsWithACode_isTheExitCode() {
    assertEquals(1, run("worker", "health").exit());
  }

  @Test
  void useCase_throwsUnexpectedly_isADefectWithoutAStack() {
    CliRun run = run("worker", "drain");
    assertEquals(70, run.exit());
    assertEquals(
        """
        lkagent: a defect: java.lang.IllegalStateException: a bug; please report it
        Run it again with --debug for the report's stack trace.
        """,
        run.err());
    assertTrue(run("worker", "drain", "--debug").err().contains("at io.lkagent"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dispatch|which room? lkagent dispatch ROOM --agent-name NAME (--list without a room shows all of them)",
        "dispatch ''|the room's name is empty; give one",
        "dispatch r --list --delete AD_1|--list, --delete and --no-wait do not go together; choose one",
        "dispatch r --wait 0s|--wait is 0; it must be at least 1ms (or --no-wait)",
        "dispatch r|no API key for ws://localhost:7880: set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET",
        "dispatch r --api-key k|no API secret for ws://localhost:7880: set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET",
        "status --url ws://host|--url ws://host is a LiveKit server's; here it is a worker's: http://host:8081",
        "status --url http://a:b@host|--url is no worker's address; it looks like http://host:8081",
        "status --timeout 0s|--timeout is 0; it must be at least 1ms"
      })
  void command_withWrongInput_saysWhatToDo(String line, String error) {
    CliRun run = run(line.replace("''", " ").split("(?<=\\S) "));
    assertEquals(2, run.exit());
    assertEquals("lkagent: " + error, run.err().strip());
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 257})
  void roomsName_ofMoreThan256Bytes_isRefused(int bytes) {
    String name = "ä".repeat(bytes / 2) + "x".repeat(bytes % 2);
    CliRun run = run("dispatch", name, "--api-key", "k");
    assertEquals(2, run.exit());
    assertEquals(
        bytes > 256,
        run.err().contains("the room's name has 257 bytes (UTF-8); LiveKit takes at most 256"),
        run.err());
  }

  @Test
  void statusOption_output_mistyped_namesTheForms() {
    CliRun run = run("status", "-o", "xml");
    assertEquals(2, run.exit());
    assertTrue(run.err().contains("[TABLE, WIDE, JSON, YAML]"), run.err());
  }

  @Test
  void devServerFault_wrong_saysWhatIsThere() {
    Map<String, String> bad =
        Map.of(
            "delay-answer=1s", "did you mean \"delay-answers\"?",
            "delay-answers", "delay-answers=300ms",
            "delay-worker-messages=soon", "\"soon\" is not a duration",
            "drop-replies=CreateDispach", "did you mean \"CreateDispatch\"?",
            "drop-replies=CreateRoom:0", "\"0\" is not a number of replies",
            "refuse-upgrades=no", "takes no value");
    bad.forEach((fault, words) -> {
      CliRun run = run("dev-server", "--fault", fault);
      assertEquals(2, run.exit(), run.err());
      assertTrue(run.err().contains(words), run.err());
      assertTrue(run.err().lines().filter(line -> !line.startsWith("Try: ")).count() == 1);
    });
    CliRun environment =
        CliRun.of(
            directory,
            Map.of("LKAGENT_DEV_SERVER_FAULT", "refuse-upgrades nonsense"),
            "dev-server");
    assertEquals(2, environment.exit());
    assertTrue(
        environment.err().contains("environment LKAGENT_DEV_SERVER_FAULT"), environment.err());
  }

  @Test
  void version_asked_isOneLine() {
    assertEquals("lkagent (development)\n", run("--version").out());
  }

  @Test
  void probe_unknownFault_suggestsOneAndNamesTheList() {
    CliRun run = run("probe-init", "--faults", "late-init,slow-redr");
    assertEquals(2, run.exit());
    assertTrue(
        run.err().contains("no fault \"slow-redr\"; did you mean \"slow-reader\"?"), run.err());
    assertTrue(run.err().contains("--list-faults"), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }

  @Test
  void probe_listFaults_listsThemAndProbesNothing() {
    CliRun run = run("probe-init", "--list-faults");
    assertEquals(0, run.exit());
    assertTrue(run.out().contains("lingering-fork") && run.out().contains("expected: "));
    assertTrue(run.workers().isEmpty());
  }

  @Test
  void probe_explain_takesNegativeNumbersAndRefusesTheRest() {
    CliRun known = run("probe-init", "--explain", "-10");
    assertEquals(0, known.exit());
    assertTrue(known.out().contains("SIGUSR1"), known.out());
    assertTrue(known.out().lines().allMatch(line -> line.length() <= 80), known.out());
    CliRun odd = run("probe-init", "--explain", "banana");
    assertEquals(2, odd.exit());
    assertTrue(odd.err().contains("no exit code and no signal"), odd.err());
  }
}
