package io.lkagent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.frameworks.AppCommand;
import io.lkagent.frameworks.AppDescription;
import io.lkagent.frameworks.Described;
import io.lkagent.frameworks.Language;
import io.lkagent.log.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an app's own options do to its worker's. */
final class AppLayerTest {
  private static final AppCommand APP =
      new AppCommand(Language.PYTHON, List.of("python3"), Path.of("/somewhere/app.py"), true);

  @TempDir Path directory = Path.of("unset");

  private NamedWorker worker(Map<String, String> environment, String... flags) {
    List<String> all = new java.util.ArrayList<>(List.of("worker", "start", "--python=app.py"));
    all.addAll(List.of(flags));
    CliRun run = CliRun.of(directory, environment, all.toArray(String[]::new));
    assertEquals("", run.err());
    return run.workers().getFirst();
  }

  private static AppLayer layer(String options) {
    return AppLayer.of(APP, Described.with(options));
  }

  private static String source(NamedWorker worker, String option) {
    return worker.settings().stream()
        .filter(setting -> setting.option().equals(option))
        .map(NamedWorker.Setting::source)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void option_everyOneThatTheAppSets_isTakenOver() {
    WorkerOptions options =
        worker(Map.of())
            .again()
            .apply(
                layer(
                    """
                    {"agent_name": {"value": "ann", "set": true},
                     "num_idle_processes": {"value": 7, "set": true},
                     "initialize_process_timeout": {"value": 30.5, "set": true},
                     "shutdown_process_timeout": {"value": 5, "set": true},
                     "drain_timeout": {"value": 1800, "set": true},
                     "job_memory_warn_mb": {"value": 100, "set": true},
                     "job_memory_limit_mb": {"value": 0, "set": true},
                     "load_threshold": {"value": 0.5, "set": true},
                     "max_retry": {"value": 4, "set": true},
                     "host": {"value": "127.0.0.1", "set": true},
                     "port": {"value": 0, "set": true},
                     "ws_url": {"value": "wss://there", "set": true},
                     "log_level": {"value": "WARNING", "set": true}}
                    """))
            .options();
    assertEquals("ann", options.job.agentName);
    assertEquals(7, options.limits.idleProcesses());
    assertEquals(Duration.ofMillis(30_500), options.limits.initTimeout);
    assertEquals(Duration.ofSeconds(5), options.limits.shutdownTimeout);
    assertEquals(Duration.ofMinutes(30), options.limits.drainTimeout);
    assertEquals(OptionalLong.of(100L << 20), options.limits.memoryWarn);
    assertEquals(OptionalLong.empty(), options.limits.memoryLimit);
    assertEquals(0.5, options.limits.loadThreshold);
    assertEquals(OptionalInt.of(4), options.limits.maxRetry);
    assertEquals("127.0.0.1", options.listen.host);
    assertEquals(0, options.listen.port);
    assertEquals("wss://there", options.server.url);
    assertEquals(Level.WARN, options.log.level);
  }

  @Test
  void option_thatTheUserHasChosen_wins() throws IOException {
    Files.writeString(directory.resolve("lkagent.yaml"), "drain-timeout: 3s\n");
    NamedWorker worker =
        worker(Map.of("LKAGENT_INIT_TIMEOUT", "4s"), "--idle-processes=1")
            .again()
            .apply(
                layer(
                    """
                    {"num_idle_processes": {"value": 7, "set": true},
                     "initialize_process_timeout": {"value": 30, "set": true},
                     "drain_timeout": {"value": 1800, "set": true},
                     "max_retry": {"value": 4, "set": true}}
                    """));
    assertEquals(1, worker.options().limits.idleProcesses());
    assertEquals(Duration.ofSeconds(4), worker.options().limits.initTimeout);
    assertEquals(Duration.ofSeconds(3), worker.options().limits.drainTimeout);
    assertEquals("flag", source(worker, "--idle-processes"));
    assertEquals("environment LKAGENT_INIT_TIMEOUT", source(worker, "--init-timeout"));
    assertEquals("lkagent.yaml:1", source(worker, "--drain-timeout"));
    assertEquals("app.py", source(worker, "--max-retry"));
    assertEquals("default", source(worker, "--port"));
  }

  @Test
  void option_thatIsTheFrameworksDefault_isNotTaken() {
    NamedWorker worker =
        worker(Map.of())
            .again()
            .apply(layer("{\"num_idle_processes\": {\"value\": 64, \"set\": false}}"));
    assertEquals("default", source(worker, "--idle-processes"));
  }

  @Test
  void shutdown_withASessionEndHook_hasItsTimeToo() {
    String both =
        """
        {"shutdown_process_timeout": {"value": 10, "set": false},
         "session_end_timeout": {"value": 300, "set": false}}
        """;
    assertEquals(
        Duration.ofSeconds(310),
        worker(Map.of()).again().apply(layer(both)).options().limits.shutdownTimeout);
    assertEquals(
        Duration.ofSeconds(20),
        worker(Map.of(), "--shutdown-timeout=20s")
            .again()
            .apply(layer(both))
            .options()
            .limits
            .shutdownTimeout);
  }

  @Test
  void option_outOfRange_isSaidWithItsSource() {
    NamedWorker worker = worker(Map.of());
    AppLayer wrong = layer("{\"num_idle_processes\": {\"value\": 99999, \"set\": true}}");
    UsageException said =
        org.junit.jupiter.api.Assertions.assertThrows(
            UsageException.class, () -> worker.again().apply(wrong));
    assertEquals(
        "--idle-processes is 99999; it must be from 0 to 10000 (app.py)", said.getMessage());
  }

  @Test
  void table_ofAnApp_showsFrameworkPermissionsAndSources() {
    NamedWorker worker =
        worker(Map.of())
            .again()
            .apply(
                layer("{\"permissions\": {\"value\": {\"can_publish\": false}, \"set\": true}}"));
    String table = String.join("\n", Shown.table(worker)).replaceAll(" +", " ");
    assertTrue(table.contains("(framework) livekit-agents 1.8.9 app.py"), table);
    assertTrue(
        table.contains("(permissions) subscribe publish-data update-metadata app.py"), table);
    assertTrue(table.contains("--python app.py flag"), table);
  }

  @Test
  void warnings_nameWhatTheAppDoesNotGet() {
    assertEquals(List.of(), AppLayer.warnings(APP, Described.with("{}")));
    AppDescription odd = Described.odd();
    assertEquals(
        List.of(
            "lkagent was not tried with livekit-agents 9.0.0, which is newer than it knows; it goes on",
            "each process loads the app by itself: the app's import started 1 thread (pump)",
            "the app's option load_fnc has no effect: load is counted by the worker",
            "the app's own api_key and api_secret have no effect: set LIVEKIT_API_KEY and LIVEKIT_API_SECRET"),
        AppLayer.warnings(APP, odd));
  }

  @Test
  void logLevel_onlyTheUsers_goesToTheApp() {
    NamedWorker own = worker(Map.of());
    assertFalse(AppStart.processEnvironment(own).containsKey("LKAGENT_LOG_LEVEL"));
    NamedWorker said =
        own.again().apply(layer("{\"log_level\": {\"value\": \"DEBUG\", \"set\": true}}"));
    assertEquals(Level.DEBUG, said.options().log.level);
    assertFalse(AppStart.processEnvironment(said).containsKey("LKAGENT_LOG_LEVEL"));
    assertEquals(
        Map.of("LKAGENT_LOG_LEVEL", "error"),
        AppStart.processEnvironment(worker(Map.of("LOG_LEVEL", "error"))));
  }

  @Test
  void app_inTheFile_isNamedThere() throws IOException {
    Files.writeString(
        directory.resolve("lkagent.yaml"),
        "workers: {one: {node: agent.js, interpreter: /opt/node}, two: {python: ''}}\n");
    CliRun run = CliRun.of(directory, Map.of(), "worker", "start");
    AppChoice one = run.workers().getFirst().options().app;
    assertEquals("agent.js", one.node);
    assertEquals(Path.of("/opt/node"), one.interpreter);
    AppChoice two = run.workers().getLast().options().app;
    assertEquals("", two.python);
    assertTrue(two.given());
  }

  @Test
  void app_withoutItsFile_isOneOfTheUsualNames() {
    CliRun run = CliRun.of(directory, Map.of(), "worker", "start", "--python", "--port=0");
    assertEquals("", run.options().app.python);
    assertEquals(0, run.options().listen.port);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          worker start --python=a.py --node=a.js     | --python and --node are both given; choose one
          worker start --python=a.py --exec=./x      | --exec and --python are both given; choose one
          worker start --node --agent=X              | --agent and --node are both given; choose one
          worker start --interpreter=python3         | --interpreter runs an app, and none is given; name it with --python or --node
          demo --python=a.py --node=a.js             | --python and --node are both given; choose one
          """)
  void app_andSomethingElse_saysWhyAndEnds2(String line, String message) {
    CliRun run = CliRun.of(directory, Map.of(), line.split(" "));
    assertEquals("lkagent: " + message, run.err().lines().findFirst().orElse(""));
    assertEquals(2, run.exit());
  }
}
