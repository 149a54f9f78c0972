package io.lkagent.testing;

import io.lkagent.ipc.JobStart;
import io.lkagent.process.ProcessSpec;
import io.lkagent.supervise.ChildSettings;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The little shell agent of the tests, its jobs, and what is left of it in /proc. */
public final class ShellAgent {
  private ShellAgent() {}

  public static ProcessSpec spec(String behaviour) {
    return spec(behaviour, Map.of());
  }

  public static ProcessSpec spec(String behaviour, Map<String, String> environment) {
    return new ProcessSpec(
        List.of("/bin/sh", script().toString(), behaviour), environment, Set.of(), null);
  }

  public static Path script() {
    URL url = Objects.requireNonNull(ShellAgent.class.getResource("/agents/agent.sh"));
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  public static JobStart job(String id, String metadata) {
    return new JobStart(
        id,
        "AD_1",
        "",
        metadata,
        Map.of(),
        new JobStart.Room("room-" + id, "RM_" + id, ""),
        "agent-" + id,
        "ws://127.0.0.1:1",
        "token",
        JobStart.MEDIA_DEV,
        0);
  }

  public static ChildSettings settings(Duration init, Duration shutdown, Duration pingTimeout) {
    return new ChildSettings(
        init,
        Duration.ofSeconds(10),
        shutdown,
        Duration.ofSeconds(1),
        pingTimeout,
        Duration.ofMillis(500),
        0,
        0,
        Map.of());
  }

  /** Pids of living processes whose environment holds {@code text}. */
  public static List<Long> marked(String text) {
    List<Long> pids = new ArrayList<>();
    try (var entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path entry : entries) {
        if (holds(entry, text)) {
          pids.add(Long.parseLong(entry.getFileName().toString()));
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return pids;
  }

  private static boolean holds(Path entry, String text) {
    try {
      byte[] environment = Files.readAllBytes(entry.resolve("environ"));
      return new String(environment, StandardCharsets.ISO_8859_1).contains(text);
    } catch (IOException e) {
      return false; // gone, a zombie, or not ours
    }
  }

  /** Sends a signal by its name; false when there is no such process. */
  public static boolean signal(String name, long pid) {
    try {
      return new ProcessBuilder("kill", "-" + name, "--", Long.toString(pid)).start().waitFor()
          == 0;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
