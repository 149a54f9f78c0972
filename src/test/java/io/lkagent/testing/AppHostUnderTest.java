package io.lkagent.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.lkagent.json.Json;
import io.lkagent.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The process that loads an app of a framework and forks its jobs, with the test as its worker. */
public final class AppHostUnderTest implements AutoCloseable {
  private final Path folder;
  private final ServerSocketChannel forks;
  private final LinePeer peer;
  private final Process process;
  private final String id = UUID.randomUUID().toString();

  private AppHostUnderTest(Path python, Path app, Map<String, String> environment)
      throws IOException {
    this.folder = Files.createTempDirectory("app");
    this.forks = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    forks.bind(UnixDomainSocketAddress.of(folder.resolve("fork.sock")));
    Map<String, String> more = new HashMap<>(environment);
    more.put("LKAGENT_APP_DIR", folder.toString());
    more.put("LKAGENT_CHILD_ID", id);
    this.process = start(more, python, "host", app);
    this.peer =
        new LinePeer(process.getInputStream(), process.getOutputStream(), process.getErrorStream());
  }

  /** Starts one with the newest framework that is supported. */
  public static AppHostUnderTest start(Path app) {
    return start(PythonTools.python(), app, Map.of());
  }

  public static AppHostUnderTest start(Path python, Path app, Map<String, String> environment) {
    try {
      return new AppHostUnderTest(python, app, environment);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A job process that no host forked. */
  public static AppJobUnderTest spawn(Path app) {
    try {
      Process job = start(Map.of(), PythonTools.python(), "job", app);
      return new AppJobUnderTest(
          new LinePeer(job.getInputStream(), job.getOutputStream(), job.getErrorStream()), job);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Process start(Map<String, String> more, Path python, String role, Path app)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            "setsid",
            "setpriv",
            "--pdeathsig",
            "KILL",
            "sh",
            "-c",
            "trap \"\" INT TERM HUP; exec \"$@\" 3>&1 1>&2",
            "sh",
            python.toString(),
            "src/main/python/lkagent_app.py",
            role,
            app.toString());
    for (String name : List.of("URL", "API_KEY", "API_SECRET")) {
      builder.environment().remove("LIVEKIT_" + name);
    }
    builder.environment().putAll(more);
    return builder.start();
  }

  /** What it says of the app, which it must be able to load. */
  public JsonObject described() {
    JsonObject answer = peer.await("app", "failed");
    if (answer.string("type").equals("failed")) {
      fail(answer + "\n" + peer.output());
    }
    return answer;
  }

  /** Why it cannot run the app. */
  public JsonObject failed() {
    return peer.await("failed", "app");
  }

  public JsonObject await(String... types) {
    return peer.await(types);
  }

  public void send(@Nullable Object... keysAndValues) {
    peer.send(keysAndValues);
  }

  public String output() {
    return peer.output();
  }

  public void awaitOutput(String text) {
    peer.awaitOutput(text);
  }

  public Process process() {
    return process;
  }

  /** Forks a job process. */
  public AppJobUnderTest fork() {
    String job = UUID.randomUUID().toString();
    send(
        "type",
        "fork",
        "id",
        job,
        "socket",
        folder.resolve("fork.sock").toString(),
        "env",
        Map.of("LKAGENT_CHILD_ID", job));
    try {
      Map<String, SocketChannel> streams = new HashMap<>();
      for (int i = 0; i < 3; i++) {
        SocketChannel stream = forks.accept();
        JsonObject head = Json.parseObject(LinePeer.firstLine(stream));
        assertEquals(job, head.string("id"));
        streams.put(head.string("stream"), stream);
      }
      JsonObject forked = peer.await("forked", "fork-failed");
      assertEquals("forked", forked.string("type"), forked::toString);
      return new AppJobUnderTest(
          Objects.requireNonNull(streams.get("protocol")),
          Objects.requireNonNull(streams.get("output")),
          Objects.requireNonNull(streams.get("life")),
          forked.number("pid"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The raw wait status of a job process that has ended. */
  public long exited(AppJobUnderTest job) {
    while (true) {
      JsonObject exited = peer.await("exited");
      if (exited.number("pid") == job.pid()) {
        return exited.number("status");
      }
    }
  }

  /** Its id in the environment, which the processes of its making that are no jobs inherit. */
  public String id() {
    return id;
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      forks.close();
      process.waitFor();
      try (var files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.deleteIfExists(file);
        }
      }
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
