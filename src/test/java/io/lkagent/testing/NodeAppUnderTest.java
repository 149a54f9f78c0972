package io.lkagent.testing;

import static org.junit.jupiter.api.Assertions.fail;

import io.lkagent.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An app of LiveKit's Node framework in a folder of its own, with the test as its worker. */
public final class NodeAppUnderTest implements AutoCloseable {
  public static final String NEWEST = "1.9.0";
  public static final String OLDEST = "1.8.1";

  private final Path folder;
  private final Path file;
  private final List<Process> processes = new ArrayList<>();
  private @Nullable LinePeer host;

  private NodeAppUnderTest(@Nullable Path modules, String name, String source) {
    try {
      folder = Files.createTempDirectory("node-app").toRealPath();
      file = Files.writeString(folder.resolve(name), source);
      if (modules != null) {
        Files.createSymbolicLink(folder.resolve("node_modules"), modules);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An app with that source, beside the framework in that version. */
  public static NodeAppUnderTest of(String version, String name, String source) {
    return new NodeAppUnderTest(modules(version), name, source);
  }

  /** An app with that source, beside whatever lies in {@code modules}, or nothing. */
  public static NodeAppUnderTest beside(@Nullable Path modules, String source) {
    return new NodeAppUnderTest(modules, "app.mjs", source);
  }

  /** Puts the newest framework, with what it needs, beside an app in that folder. */
  public static void link(Path folder) throws IOException {
    Files.createSymbolicLink(folder.resolve("node_modules"), modules(NEWEST));
  }

  /** Where the framework lies in that version, with what it needs. */
  public static Path modules(String version) {
    String tools =
        System.getProperty(
            "lkagent.test.tools", System.getProperty("user.home") + "/.cache/lkagent-tests");
    Path modules = Path.of(tools, "node-" + version, "node_modules");
    if (!Files.isDirectory(modules)) {
      fail(
          modules
              + " is missing: tests tagged \"node\" need LiveKit's packages; install them with"
              + " src/test/tools/setup.sh, or name the folder with -Dtests.tools=DIR");
    }
    return modules;
  }

  /** Starts the host. */
  public NodeAppUnderTest host() {
    host = peer(start("host", Map.of()));
    return this;
  }

  /** What the host says of the app, which it must be able to load. */
  public JsonObject described() {
    JsonObject answer = hostPeer().await("app", "failed");
    return answer.string("type").equals("app") ? answer : fail(answer + "\n" + output());
  }

  /** Why the host cannot run the app. */
  public JsonObject failed() {
    return hostPeer().await("failed", "app");
  }

  public void send(@Nullable Object... keysAndValues) {
    hostPeer().send(keysAndValues);
  }

  public JsonObject await(String type) {
    return hostPeer().await(type);
  }

  public String output() {
    return hostPeer().output();
  }

  /** Closes the worker's end, as its death does. */
  public void hangUp() {
    hostPeer().hangUp();
  }

  private LinePeer hostPeer() {
    return host == null ? fail("the host was not started") : host;
  }

  /** Starts a job process. */
  public AppJobUnderTest job() {
    return job(Map.of());
  }

  public AppJobUnderTest job(Map<String, String> environment) {
    Process process = start("job", environment);
    return new AppJobUnderTest(peer(process), process);
  }

  /** The exit code of the process that was started last. */
  public int exitCode() {
    Process last = processes.getLast();
    try {
      if (!last.waitFor(60, TimeUnit.SECONDS)) {
        fail(last.pid() + " lives");
      }
      return last.exitValue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The process that was started last. */
  public ProcessHandle process() {
    return processes.getLast().toHandle();
  }

  private static LinePeer peer(Process process) {
    return new LinePeer(
        process.getInputStream(), process.getOutputStream(), process.getErrorStream());
  }

  private Process start(String role, Map<String, String> environment) {
    List<String> command = new ArrayList<>(List.of("setsid", "setpriv", "--pdeathsig", "KILL"));
    command.addAll(List.of("sh", "-c", "trap \"\" INT TERM HUP; exec \"$@\" 3>&1 1>&2", "sh"));
    command.addAll(List.of("node", "src/main/node/lkagent_app.mjs", role, file.toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    Map<String, String> more = new HashMap<>(environment);
    more.put("LKAGENT_APP_DIR", folder.toString());
    for (String name : List.of("URL", "API_KEY", "API_SECRET", "AGENT_NAME")) {
      builder.environment().remove("LIVEKIT_" + name);
    }
    builder.environment().putAll(more);
    try {
      Process process = builder.start();
      processes.add(process);
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    for (Process process : processes) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    try (var files = Files.walk(folder)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
