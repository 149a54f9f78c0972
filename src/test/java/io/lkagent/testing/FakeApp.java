package io.lkagent.testing;

import static io.lkagent.testing.Eventually.eventually;

import io.lkagent.frameworks.AppCommand;
import io.lkagent.frameworks.AppFault;
import io.lkagent.frameworks.AppHost;
import io.lkagent.frameworks.HostTimes;
import io.lkagent.frameworks.Language;
import io.lkagent.json.Json;
import io.lkagent.process.ChildSpawner;
import io.lkagent.process.OsProcess;
import io.lkagent.process.ProcessSpec;
import io.lkagent.process.SpawnException;
import io.lkagent.time.Time;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A host that the test tells how to behave, with the worker's real owner of it. */
public final class FakeApp implements AutoCloseable {
  public static final Duration SOON = Duration.ofSeconds(20);

  private final ChildSpawner spawner = new ChildSpawner(Time.raw());
  private final String mark = "TEST_MARK=" + UUID.randomUUID();
  private final Path folder;
  private final AppHost host;

  public FakeApp(Path folder, @Nullable Object... behaviour) throws AppFault {
    this(folder, times(), behaviour);
  }

  public FakeApp(Path folder, HostTimes times, @Nullable Object... behaviour) throws AppFault {
    this.folder = folder;
    try {
      Path file = Files.writeString(folder.resolve("app.json"), Json.write(Json.object(behaviour)));
      this.host =
          AppHost.start(
              command(file), job("serve"), spawner, folder.resolve("run"), times, Time.raw());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (AppFault | RuntimeException e) {
      spawner.close();
      throw e;
    }
  }

  /** An app that behaves as {@code file} says. */
  public static AppCommand command(Path file) {
    return new AppCommand(Language.PYTHON, List.of("python3", script().toString()), file, true);
  }

  /** Generous where nothing is tried, short where a test waits for it. */
  public static HostTimes times() {
    return new HostTimes(
        Duration.ofSeconds(20),
        Duration.ofMillis(300),
        Duration.ofSeconds(3),
        Duration.ofSeconds(10),
        Duration.ofSeconds(2),
        Duration.ofMillis(200),
        Duration.ofSeconds(1));
  }

  private static Path script() {
    URL url = Objects.requireNonNull(FakeApp.class.getResource("/agents/fake_host.py"));
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  public AppHost host() {
    return host;
  }

  public ProcessSpec job(String task) {
    String[] pair = mark.split("=", 2);
    return new ProcessSpec(
        List.of("unused"), Map.of("JOB", task, pair[0], pair[1]), Set.of(), null);
  }

  public OsProcess fork(String task) throws SpawnException {
    return host.processes().start(job(task));
  }

  /** The host that is there once {@code gone} is not any more. */
  public long nextHost(long gone) {
    eventually(SOON, () -> host.pid() != gone && host.pid() != 0 && host.trouble().isEmpty());
    return host.pid();
  }

  /** What is left of the app; forked processes show the environment of their host. */
  public List<Long> left() {
    return ShellAgent.marked(mark);
  }

  public List<Path> folders() throws IOException {
    try (var entries = Files.list(folder.resolve("run"))) {
      return entries.toList();
    }
  }

  @Override
  public void close() {
    host.close();
    spawner.close();
    eventually(SOON, () -> "left: " + left(), () -> left().isEmpty());
  }
}
