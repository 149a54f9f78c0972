package io.lkagent.testing;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.fail;

import io.lkagent.json.Json;
import io.lkagent.json.JsonException;
import io.lkagent.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The real command in a process of its own, seen as an operator sees it: exit code, output, ports,
 * signals and what {@code /proc} says of its processes.
 */
public final class Lkagent implements AutoCloseable {
  /** Inherited by every process of a run, also by those that fork away. */
  private static final String MARK = "OUTSIDE_TEST_RUN";

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final String mark = UUID.randomUUID().toString();
  private final Path out;
  private final Path err;
  private final Path portFile;
  private final Process process;

  private Lkagent(Path folder, Map<String, String> environment, List<String> command) {
    String name = "run" + COUNT.incrementAndGet();
    this.out = folder.resolve(name + ".out");
    this.err = folder.resolve(name + ".err");
    this.portFile = folder.resolve(name + ".port");
    List<String> line =
        command.stream().map(word -> word.equals("@port") ? portFile.toString() : word).toList();
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder
        .environment()
        .keySet()
        .removeIf(key ->
            key.startsWith("LIVEKIT_") || key.startsWith("LKAGENT_") || key.startsWith("WORKER_"));
    builder.environment().keySet().removeAll(Set.of("LOG_LEVEL", "HEALTH_CHECK_PORT"));
    builder.environment().put("XDG_RUNTIME_DIR", folder.resolve("runtime").toString());
    builder.environment().putAll(environment);
    builder.environment().put(MARK, mark);
    try {
      this.process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts the command in {@code folder}, which also gets its output. */
  public static Lkagent start(Path folder, Map<String, String> environment, String... arguments) {
    return startBehind(List.of(), folder, environment, arguments);
  }

  /**
   * Starts it by way of another command (such as {@code env}, or one of {@link Confined}); where
   * that one does not become it in the end, {@link #pid()} is that one's.
   */
  public static Lkagent startBehind(
      List<String> prefix, Path folder, Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(commandLine(arguments));
    return new Lkagent(folder, environment, command);
  }

  /**
   * Starts it on a terminal of its own, which {@link #type} types on and {@link #stdout()} shows;
   * {@link #pid()} is that terminal's program.
   */
  public static Lkagent onTerminal(
      Path folder, Map<String, String> environment, String... arguments) {
    return new Lkagent(folder, environment, Confined.terminal(commandLine(arguments)));
  }

  private static List<String> commandLine(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Xms8m", // as the launcher has it
                "-Xmn3m",
                "-Xmx200m",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                classPath(),
                "io.lkagent.Main"));
    command.addAll(List.of(arguments));
    return command;
  }

  /**
   * Starts a worker for this server, on a free health port, with JSON logs and one warm process,
   * unless {@code more} says otherwise.
   */
  public static Lkagent worker(
      Path folder, ServerUnderTest server, Map<String, String> environment, String... more) {
    Map<String, String> all = new java.util.HashMap<>(keys(server));
    all.putAll(environment);
    return start(folder, all, workerArguments(more));
  }

  /** What a worker that tests start is told. */
  public static String[] workerArguments(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "worker",
                "start",
                "--port-file",
                "@port",
                "--host",
                "127.0.0.1",
                "--log-format",
                "json"));
    arguments.addAll(List.of(more));
    Map.of("--agent-name", "outside", "--port", "0", "--idle-processes", "1")
        .forEach((option, value) -> {
          if (!arguments.contains(option)) {
            arguments.addAll(List.of(option, value));
          }
        });
    return arguments.toArray(String[]::new);
  }

  /** The environment in which commands talk to this server. */
  public static Map<String, String> keys(ServerUnderTest server) {
    return Map.of(
        "LIVEKIT_URL", server.url(),
        "LIVEKIT_API_KEY", server.key(),
        "LIVEKIT_API_SECRET", server.secret());
  }

  private static String classPath() {
    return String.join(
        File.pathSeparator,
        List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1)).stream()
            .filter(entry -> !entry.endsWith("test-classes"))
            .map(entry -> Path.of(entry).toAbsolutePath().toString())
            .toList());
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Types on its terminal or writes to its stdin. */
  public void type(String text) {
    try {
      process.getOutputStream().write(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends a signal such as {@code TERM}. */
  public void signal(String name) {
    signal(process.pid(), name);
  }

  public static void signal(long pid, String name) {
    run("kill", "-" + name, Long.toString(pid));
  }

  /** Runs a short command to its end. */
  public static void run(String... command) {
    try {
      new ProcessBuilder(command).redirectErrorStream(true).start().waitFor(5, TimeUnit.SECONDS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The exit code, which must come within {@code limit}. */
  public int awaitExit(Duration limit) {
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        fail("still runs after " + limit + said());
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return process.exitValue();
  }

  public int awaitExit() {
    return awaitExit(LIMIT);
  }

  public String stdout() {
    return read(out);
  }

  public String stderr() {
    return read(err);
  }

  /** How much it has written to stderr, without reading that. */
  public long stderrSize() {
    return err.toFile().length();
  }

  /** Its JSON log; fails when a complete line is not a JSON object. */
  public List<JsonObject> log() {
    String text = stderr();
    List<JsonObject> events = new ArrayList<>();
    for (String line : text.substring(0, text.lastIndexOf('\n') + 1).split("\n", -1)) {
      if (line.isEmpty()) {
        continue;
      }
      try {
        events.add(Json.parseObject(line));
      } catch (JsonException e) {
        fail("not a JSON object: " + line);
      }
    }
    return events;
  }

  /** The first event with this message whose field has this value; waits for it. */
  public JsonObject awaitLog(String message, String field, String value) {
    eventually(
        LIMIT,
        () -> "no \"" + message + "\" with " + field + "=" + value + said(),
        () -> find(message, field, value) != null || !process.isAlive());
    JsonObject found = find(message, field, value);
    return found == null
        ? fail("ended without \"" + message + "\" " + field + "=" + value + said())
        : found;
  }

  public JsonObject awaitLog(String message) {
    return awaitLog(message, "message", message);
  }

  private @org.jspecify.annotations.Nullable JsonObject find(
      String message, String field, String value) {
    for (JsonObject event : log()) {
      Object got = event.values().get(field);
      if (event.string("message", "").equals(message) && value.equals(String.valueOf(got))) {
        return event;
      }
    }
    return null;
  }

  /** Where it listens, from its port file. */
  public int port() {
    eventually(LIMIT, () -> "no port" + said(), () -> Files.exists(portFile));
    return Integer.parseInt(read(portFile).strip());
  }

  /** The status of a GET on its health port. */
  public int status(String path) {
    return get(path).statusCode();
  }

  public HttpResponse<String> get(String path) {
    URI uri = URI.create("http://127.0.0.1:" + port() + path);
    try {
      return HTTP.send(
          HttpRequest.newBuilder(uri).timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError("no answer from " + uri + said(), e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Job processes: children of this command that carry a child id in their environment. */
  public Set<Long> jobProcesses() {
    return Proc.all().stream()
        .filter(pid -> Proc.parent(pid) == process.pid())
        .filter(pid -> Proc.environment(pid).containsKey("LKAGENT_CHILD_ID"))
        .collect(java.util.stream.Collectors.toCollection(TreeSet::new));
  }

  /** Every living process that descends from this command, itself and forked ones included. */
  public Set<Long> everyProcess() {
    return Proc.all().stream()
        .filter(pid -> mark.equals(Proc.environment(pid).get(MARK)))
        .collect(java.util.stream.Collectors.toCollection(TreeSet::new));
  }

  public void awaitJobProcesses(int count) {
    eventually(
        LIMIT,
        () -> jobProcesses() + " are not " + count + said(),
        () -> jobProcesses().size() == count);
  }

  public void awaitNothingLeft(Duration limit) {
    eventually(
        limit,
        () -> "left after " + limit + ": " + everyProcess() + said(),
        () -> everyProcess().isEmpty());
  }

  /** What it wrote last, for a failed test's message. */
  public String said() {
    return ";\nstdout: " + tail(stdout()) + "\nstderr: " + tail(stderr());
  }

  private static String tail(String text) {
    return text.substring(Math.max(0, text.length() - 4_000));
  }

  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    Eventually.eventually(
        Duration.ofSeconds(10),
        () -> everyProcess() + " cannot be killed",
        () -> {
          everyProcess()
              .forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
          return everyProcess().isEmpty();
        });
  }
}
