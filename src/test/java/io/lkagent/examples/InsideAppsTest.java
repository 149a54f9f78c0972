package io.lkagent.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.Lkagent;
import io.lkagent.testing.NodeAppUnderTest;
import io.lkagent.testing.PythonTools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a probe sees inside the example apps: mostly the framework. */
@Timeout(value = 6, unit = TimeUnit.MINUTES) // one that hangs says so by its own limits
final class InsideAppsTest {
  private static final Pattern SHARE = Pattern.compile("what it brings: .* \\((\\d+) %\\)");
  private static final Duration LIMIT = Duration.ofMinutes(3);

  @TempDir Path folder;

  @Test
  @Tag("python")
  void probe_pythonExample_namesWhatTheFrameworkImports() throws Exception {
    Path app = Files.copy(Path.of("examples/python-app/app.py"), folder.resolve("app.py"));

    String text =
        probe("--interpreter", PythonTools.python().toString(), "--python", app.toString());

    assertMostlyFramework(text);
    assertTrue(text.contains("loaded once for all processes"), text);
    assertTrue(text.contains("livekit.agents"), text);
    assertTrue(text.contains("lkagent's adapter"), text);
  }

  @Test
  @Tag("node")
  void probe_nodeExample_namesWhatTheFrameworkImports() throws Exception {
    for (String name : new String[] {"agent.js", "package.json"}) {
      Files.copy(Path.of("examples/node-app", name), folder.resolve(name));
    }
    NodeAppUnderTest.link(folder);

    String text = probe("--node", folder.resolve("agent.js").toString());

    assertMostlyFramework(text);
    assertTrue(text.contains("@livekit/agents"), text);
  }

  private String probe(String... agent) {
    String[] more = {"--runs", "1", "--timeout", "60s"};
    String[] all = new String[1 + agent.length + more.length];
    all[0] = "probe-init";
    System.arraycopy(agent, 0, all, 1, agent.length);
    System.arraycopy(more, 0, all, 1 + agent.length, more.length);
    try (Lkagent probe = Lkagent.start(folder, Map.of(), all)) {
      probe.awaitExit(LIMIT);
      return probe.stdout() + probe.stderr();
    }
  }

  private static void assertMostlyFramework(String text) {
    Matcher share = SHARE.matcher(text);
    assertTrue(share.find(), text);
    assertTrue(Integer.parseInt(share.group(1)) > 50, text);
  }
}
