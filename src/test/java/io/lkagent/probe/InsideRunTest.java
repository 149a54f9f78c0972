package io.lkagent.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.agents.AgentSource;
import io.lkagent.agents.JavaRuntime;
import io.lkagent.agents.VadEngine;
import io.lkagent.process.ChildSpawner;
import io.lkagent.process.ProcessSpec;
import io.lkagent.supervise.ChildSettings;
import io.lkagent.testing.PythonTools;
import io.lkagent.testing.ShellAgent;
import io.lkagent.time.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Real programs whose slow module is known. */
@Isolated("it measures how long modules take")
final class InsideRunTest {
  private static final ChildSettings SETTINGS =
      ShellAgent.settings(Duration.ofSeconds(60), Duration.ofSeconds(20), Duration.ofSeconds(60));

  private static final String PYTHON_AGENT =
      """
      import json, os, platform, subprocess, sys
      import pack.slow
      subprocess.run([sys.executable, "-c", "import wave"], check=True)
      def say(**frame):
          os.write(3, (json.dumps(frame) + "\\n").encode())
      say(type="hello", protocol=1, pid=os.getpid(), runtime="python " + platform.python_version())
      say(type="ready")
      for line in sys.stdin:
          frame = json.loads(line)
          if frame["type"] == "ping":
              say(type="pong", t=frame["t"])
          if frame["type"] == "shutdown":
              break
      """;

  private static final String NODE_AGENT =
      """
      import fs from 'node:fs';
      import readline from 'node:readline';
      import { slept } from 'slow-cjs';
      import 'slow-esm';
      const say = (frame) => fs.writeSync(3, JSON.stringify(frame) + '\\n');
      say({ type: 'hello', protocol: 1, pid: process.pid, runtime: `node ${process.version}` });
      say({ type: 'ready', slept });
      readline.createInterface({ input: process.stdin }).on('line', (line) => {
        const frame = JSON.parse(line);
        if (frame.type === 'ping') say({ type: 'pong', t: frame.t });
        if (frame.type === 'shutdown') process.exit(0);
      });
      """;

  private static final String SLEEP =
      "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 800);";

  @TempDir Path folder;

  @Test
  @Tag("python")
  void of_pythonProgram_findsTheSlowImport() throws Exception {
    write("pack/__init__.py", "");
    write("pack/slow.py", "import time\ntime.sleep(1)\n");
    write("agent.py", PYTHON_AGENT);

    Inside.Imports imports = imports(Family.PYTHON, exec(PythonTools.python() + " agent.py"));

    Inside.Module slow = imports.roots().getFirst();
    assertEquals("pack.slow", slow.name());
    assertWithin(1000, slow.ownNanos());
    assertEquals("pack", slow.part());
    assertSumsUp(imports);
    assertFalse(imports.once());
    assertTrue(imports.notes().isEmpty(), imports.notes().toString());
  }

  @Test
  @Tag("python")
  void of_pythonBehindAScript_findsTheSlowImportAmongThoseOfOtherProcesses() throws Exception {
    write("pack/__init__.py", "");
    write("pack/slow.py", "import time\ntime.sleep(1)\n");
    write("agent.py", PYTHON_AGENT.replace("import json,", "import asyncio, json,"));

    Inside.Imports imports =
        imports(Family.PYTHON, exec("env " + PythonTools.python() + " agent.py"));

    assertEquals("pack.slow", imports.roots().getFirst().name());
    assertEquals(1, imports.notes().size());
  }

  @Test
  @Tag("node")
  void of_nodeProgram_findsSlowModulesOfBothKinds() throws Exception {
    write("node_modules/slow-cjs/index.js", "exports.slept = require('./inner.js');");
    write("node_modules/slow-cjs/inner.js", SLEEP);
    write("node_modules/slow-esm/package.json", "{\"type\":\"module\",\"exports\":\"./a.js\"}");
    write("node_modules/slow-esm/a.js", SLEEP + SLEEP);
    write("agent.mjs", NODE_AGENT);

    Inside.Imports imports = imports(Family.NODE, exec("node agent.mjs"));

    assertEquals("agent.mjs", imports.roots().getFirst().name());
    Inside.Module esm = imports.roots().getFirst().children().getFirst();
    assertEquals("slow-esm/a.js", esm.name());
    assertWithin(1600, esm.ownNanos());
    Inside.Module cjs = imports.roots().getFirst().children().get(1);
    assertEquals("slow-cjs/index.js", cjs.name());
    assertWithin(800, cjs.children().getFirst().ownNanos());
    assertSumsUp(imports);
  }

  @Test
  void of_builtInAgent_saysThatNoCacheIsInstalled() throws Exception {
    Inside.Jvm jvm = jvm(List.of());

    assertTrue(jvm.classes() > 300, jvm.toString());
    assertFalse(jvm.cacheUsed());
    assertTrue(jvm.cache().contains("install.sh"), jvm.cache());
  }

  @Test
  void of_builtInAgentWithArgumentsOfTheUsers_saysThatTheyKeepItFromTheCache() throws Exception {
    assertTrue(jvm(List.of("-Xmx80m")).cache().contains("of your own"));
  }

  @Test
  void of_builtInAgentWithCache_saysThatItIsUsed() throws Exception {
    Path jar = folder.resolve("classes.jar");
    pack(Path.of("target", "classes"), jar);
    Path cache = folder.resolve("job.aot");
    List<String> command = new ArrayList<>(builtIn(List.of()));
    int at = command.indexOf("-cp");
    command.set(at + 1, jar.toString());
    command.add(at, "-XX:AOTCacheOutput=" + cache);
    ProbeTarget target = target(new ProcessSpec(command, Map.of(), Set.of(), folder));
    try (target) {
      Start training = new Start(target, Start.Ending.ORDERLY, false, Time.raw());
      assertTrue(training.run(1, Part.WARM_UP, 1).outcome().ready());
    }
    assertTrue(Files.exists(cache));

    command.set(at, "-XX:AOTCache=" + cache);
    Inside inside = of(Family.JAVA, new ProcessSpec(command, Map.of(), Set.of(), folder));

    Inside.Jvm jvm = assertInstanceOf(Inside.Jvm.class, inside, inside::toString);
    assertTrue(jvm.cacheUsed(), jvm.toString());
    assertEquals(cache.toString(), jvm.cache());
    assertTrue(jvm.fromCache() > jvm.classes() / 2, jvm.toString());
  }

  @Test
  void of_shellProgram_isUnknown() throws Exception {
    assertInstanceOf(Inside.Unknown.class, of(Family.PROGRAM, ShellAgent.spec("good")));
  }

  @Test
  void of_programThatFails_isUnknownAndSaysWhy() throws Exception {
    Inside inside = of(Family.PYTHON, exec("false"));

    assertTrue(
        assertInstanceOf(Inside.Unknown.class, inside).why().contains("did not become ready"),
        inside::toString);
  }

  private Inside.Jvm jvm(List<String> arguments) throws Exception {
    ProcessSpec spec = new ProcessSpec(builtIn(arguments), Map.of(), Set.of(), folder);
    Inside inside = of(Family.JAVA, spec);
    return assertInstanceOf(Inside.Jvm.class, inside, inside::toString);
  }

  private static List<String> builtIn(List<String> arguments) {
    List<String> command =
        new ArrayList<>(new AgentSource.BuiltIn(VadEngine.OFF).command(JavaRuntime.own(arguments)));
    int classPath = command.indexOf("-cp") + 1;
    command.set(classPath, Path.of(command.get(classPath)).toAbsolutePath().toString());
    return command;
  }

  private Inside.Imports imports(Family family, ProcessSpec spec) throws Exception {
    Inside inside = of(family, spec);
    return assertInstanceOf(Inside.Imports.class, inside, inside::toString);
  }

  private static Inside of(Family family, ProcessSpec spec) throws InterruptedException {
    TargetSource source = change -> target(spec, change);
    return new InsideRun(source, Time.raw(), start -> {}).of(family);
  }

  private static ProbeTarget target(ProcessSpec spec) {
    return target(spec, UnaryOperator.identity());
  }

  private static ProbeTarget target(ProcessSpec spec, UnaryOperator<ProcessSpec> change) {
    ChildSpawner spawner = new ChildSpawner(Time.raw());
    return new ProbeTarget(
        "a program",
        Family.PROGRAM,
        spec,
        each -> spawner.start(change.apply(each)),
        SETTINGS,
        null,
        spawner::close);
  }

  private ProcessSpec exec(String line) {
    return new ProcessSpec(
        new AgentSource.Exec(line).command(JavaRuntime.own(List.of())), Map.of(), Set.of(), folder);
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static void pack(Path classes, Path jar) throws IOException {
    try (Stream<Path> files = Files.walk(classes);
        JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        Files.copy(file, out);
        out.closeEntry();
      }
    }
  }

  private static void assertWithin(long millis, long nanos) {
    double measured = nanos / 1e6;
    // A busy machine makes it longer; a wrong account would be off by a multiple.
    assertTrue(measured >= millis * 0.98 && measured < millis * 1.5, measured + " ms");
  }

  private static void assertSumsUp(Inside.Imports imports) {
    long own = imports.shares().stream().mapToLong(Inside.Share::ownNanos).sum();
    assertEquals(imports.totalNanos(), own, "own times and the whole");
  }
}
