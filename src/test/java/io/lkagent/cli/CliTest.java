package io.lkagent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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
    Path golden =
        Path.of(
            "src/test/resources/help", ("lkagent " + command).strip().replace(' ', '-') + ".txt");
    if ("write".equals(System.getProperty("lkagent.golden"))) {
      Files.createDirectories(golden.toAbsolutePath().getParent());
      Files.writeString(golden, run.out());
    }
    assertEquals(Files.readString(golden, StandardCharsets.UTF_8), run.out());
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
}
