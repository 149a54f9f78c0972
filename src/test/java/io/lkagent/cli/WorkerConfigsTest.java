package io.lkagent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

final class WorkerConfigsTest {
  @TempDir Path directory = Path.of("unset");

  private CliRun start(Map<String, String> environment, String... args) {
    List<String> all = new java.util.ArrayList<>(List.of("worker", "start"));
    all.addAll(List.of(args));
    return CliRun.of(directory, environment, all.toArray(String[]::new));
  }

  private void file(String text) throws IOException {
    Files.writeString(directory.resolve("lkagent.yaml"), text);
  }

  @Test
  void start_nothingGiven_takesDocumentedDefaults() {
    CliRun run = start(Map.of());
    assertEquals("", run.err());
    WorkerOptions options = run.options();
    assertEquals(List.of("default"), run.workers().stream().map(NamedWorker::name).toList());
    assertEquals(10, options.limits.maxJobs);
    assertEquals(Duration.ofSeconds(10), options.limits.initTimeout);
    assertEquals(Duration.ofMinutes(1), options.limits.shutdownTimeout);
    assertEquals(Duration.ofMinutes(10), options.limits.drainTimeout);
    assertEquals(Duration.ofMinutes(5), options.limits.idleTimeout);
    assertEquals(Duration.ofMillis(2500), options.limits.pingInterval);
    assertEquals(OptionalInt.empty(), options.limits.maxRetry);
    assertEquals(OptionalLong.of(512_000_000), options.limits.memoryWarn);
    assertEquals(OptionalLong.empty(), options.limits.memoryLimit);
    assertEquals(8081, options.listen.port);
  }

  @Test
  void precedence_sameOptionInAllLayers_flagThenEnvironmentThenFile() throws IOException {
    file("max-jobs: 3\ninit-timeout: 3s\njob-retries: 1\n");
    Map<String, String> environment = Map.of("WORKER_MAX_JOBS", "4", "LKAGENT_INIT_TIMEOUT", "4s");
    WorkerOptions options = start(environment, "--max-jobs", "5").options();
    assertEquals(5, options.limits.maxJobs);
    assertEquals(Duration.ofSeconds(4), options.limits.initTimeout);
    assertEquals(1, options.limits.jobRetries);
  }

  @Test
  void environment_names_reachTheirOptions() {
    WorkerOptions options =
        start(
                Map.of(
                    "LIVEKIT_URL",
                    "wss://x",
                    "LIVEKIT_API_KEY",
                    "k",
                    "LOG_LEVEL",
                    "DEBUG",
                    "HEALTH_CHECK_PORT",
                    "0",
                    "WORKER_IDLE_TIMEOUT",
                    "30",
                    "LKAGENT_PASS_API_KEYS",
                    "1",
                    "LKAGENT_JVM_ARG",
                    "-Xmx64m -Da=b"))
            .options();
    assertEquals("wss://x", options.server.url);
    assertEquals("k", options.server.apiKey);
    assertEquals(io.lkagent.log.Level.DEBUG, options.log.level);
    assertEquals(0, options.listen.port);
    assertEquals(Duration.ofSeconds(30), options.limits.idleTimeout);
    assertTrue(options.job.passApiKeys);
    assertEquals(List.of("-Xmx64m", "-Da=b"), options.job.jvmArgs);
  }

  @Test
  void file_severalWorkers_eachGetsItsOwnAndTheShared() throws IOException {
    file(
        """
        max-jobs: 3
        env: {A: shared, B: shared}
        workers:
          one: {agent-name: a, env: {B: own}, jvm-arg: [-Xmx64m]}
          two:
            max-jobs: 7
        """);
    CliRun run = start(Map.of(), "--env", "C=flag");
    assertEquals(List.of("one", "two"), run.workers().stream().map(NamedWorker::name).toList());
    WorkerOptions one = run.workers().getFirst().options();
    assertEquals("a", one.job.agentName);
    assertEquals(Map.of("A", "shared", "B", "own", "C", "flag"), one.job.env);
    assertEquals(List.of("-Xmx64m"), one.job.jvmArgs);
    assertEquals(3, one.limits.maxJobs);
    assertEquals(7, run.workers().getLast().options().limits.maxJobs);
    assertEquals(1, start(Map.of(), "two").workers().size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          max-job: 3                      | lkagent: lkagent.yaml:1: unknown key "max-job"; did you mean "max-jobs"?
          max-jobs: many                  | lkagent: Invalid value for option '--max-jobs': 'many' is not an int (lkagent.yaml:1)
          max-jobs: [1]                   | lkagent: lkagent.yaml:1: --max-jobs takes one value
          max-jobs: 0                     | lkagent: --max-jobs is 0; it must be from 1 to 10000 (lkagent.yaml:1)
          init-timeout: soon              | lkagent: Invalid value for option '--init-timeout': "soon" is not a duration such as 500ms, 10s, 5m or 1h (lkagent.yaml:1)
          api-secret: x                   | lkagent: lkagent.yaml:1: a secret does not belong here; use api-secret-file or LIVEKIT_API_SECRET
          workers: 3                      | lkagent: lkagent.yaml:1: workers must be a map of names to options
          [1]                             | lkagent: lkagent.yaml:1: the file must be a map of option names to values
          env: [A]                        | lkagent: lkagent.yaml:1: --env takes KEY=VALUE, and "A" is not
          """)
  void file_wrong_saysWhereAndEnds2(String yaml, String message) throws IOException {
    file(yaml);
    CliRun run = start(Map.of());
    assertEquals(message, run.err().strip());
    assertEquals(2, run.exit());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --max-jobs=0          | lkagent: --max-jobs is 0; it must be from 1 to 10000
          --port=70000          | lkagent: --port is 70000; it must be from 0 to 65535
          --load-threshold=2    | lkagent: --load-threshold is 2.0; it must be above 0 and at most 1
          --config=none.yaml    | lkagent: none.yaml does not exist; --config must name a file
          --memory-limit=much   | lkagent: Invalid value for option '--memory-limit': "much" is not a size such as 512MB or 1GiB, or off
          other                 | lkagent: no worker "other": lkagent.yaml names no workers
          --api-secret=x        | lkagent: --api-secret does not exist: other users can read a command line; set LIVEKIT_API_SECRET or give --api-secret-file FILE
          """)
  void flag_wrong_saysWhyAndEnds2(String flag, String message) {
    CliRun run = start(Map.of(), flag);
    assertEquals(message, run.err().lines().findFirst().orElse(""));
    assertEquals(2, run.exit());
    assertTrue(run.workers().isEmpty());
  }

  @Test
  void environment_wrong_namesTheVariable() {
    CliRun run = start(Map.of("WORKER_MAX_JOBS", "x"));
    assertEquals(
        "lkagent: Invalid value for option '--max-jobs': 'x' is not an int (environment WORKER_MAX_JOBS)",
        run.err().lines().findFirst().orElse(""));
    assertEquals(2, run.exit());
  }

  @Test
  void printConfig_allLayers_namesSourcesAndHidesSecrets() throws IOException {
    file("max-jobs: 3\nenv: {OPENAI_API_KEY: topsecret}\n");
    CliRun run =
        start(
            Map.of("LIVEKIT_API_SECRET", "verysecret", "LOG_LEVEL", "warn"),
            "--print-config",
            "--port=0");
    assertEquals(0, run.exit(), run.err());
    String table = run.out().replaceAll(" +", " ");
    assertTrue(table.contains("--max-jobs 3 lkagent.yaml:1\n"), table);
    assertTrue(table.contains("--port 0 flag\n"), table);
    assertTrue(table.contains("--log-level warn environment LOG_LEVEL\n"), table);
    assertTrue(table.contains("--init-timeout 10s default\n"), table);
    assertTrue(table.contains("(API secret) set, from LIVEKIT_API_SECRET\n"), table);
    assertTrue(table.contains("--env OPENAI_API_KEY=*** lkagent.yaml:2\n"), table);
    assertFalse(run.out().contains("topsecret") || run.out().contains("verysecret"));
    assertTrue(run.workers().isEmpty());
  }

  @Test
  void secretFile_changedWhileRunning_isReadAnew() throws IOException {
    Path secret = Files.writeString(directory.resolve("secret"), "one\n");
    SecretSource source =
        start(Map.of("LIVEKIT_API_SECRET_FILE", "secret")).workers().getFirst().secret();
    assertEquals("one", source.read().orElseThrow());
    Files.writeString(secret, "two");
    assertEquals("two", source.read().orElseThrow());
  }
}
