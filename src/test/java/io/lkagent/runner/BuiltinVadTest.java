package io.lkagent.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.agents.AgentSource;
import io.lkagent.agents.JavaRuntime;
import io.lkagent.agents.VadEngine;
import io.lkagent.ipc.FromChild;
import io.lkagent.testing.ChildUnderTest;
import io.lkagent.vad.SomeWeights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The built-in agent's process, started by the command line that the worker uses. */
final class BuiltinVadTest {
  @TempDir Path folder;

  private ChildUnderTest start(VadEngine engine, String... jvm) throws Exception {
    JavaRuntime own = JavaRuntime.own(List.of());
    List<String> arguments = new ArrayList<>(own.arguments());
    arguments.addAll(List.of(jvm));
    JavaRuntime java = new JavaRuntime(own.java(), own.ownClassPath(), folder, null, arguments);
    return ChildUnderTest.start(
        new AgentSource.BuiltIn(engine).command(java).toArray(String[]::new));
  }

  /** What it says until it is ready and its VAD is loaded, or not. */
  private record Said(FromChild.Phase vad, List<FromChild> all) {
    List<FromChild.Degraded> degraded() {
      return all.stream()
          .filter(FromChild.Degraded.class::isInstance)
          .map(FromChild.Degraded.class::cast)
          .toList();
    }
  }

  private static Said initialise(ChildUnderTest child) throws Exception {
    child.expect(FromChild.Hello.class);
    child.init();
    List<FromChild> all = new ArrayList<>();
    FromChild.Phase vad = null;
    boolean ready = false;
    boolean told = false;
    while (!ready || vad == null || !told) {
      FromChild message = child.await(FromChild.class);
      all.add(message);
      ready |= message instanceof FromChild.Ready;
      told |= message instanceof FromChild.Degraded;
      if (message instanceof FromChild.Phase phase && phase.name().equals("vad")) {
        vad = phase;
        told |= phase.error() == null;
      }
    }
    return new Said(vad, all);
  }

  @Test
  void plain_weightsThere_isLoadedAndLoadsNothingElse() throws Exception {
    SomeWeights.write(folder);
    Path log = folder.resolve("classes");
    try (ChildUnderTest child = start(VadEngine.PLAIN, "-Xlog:class+load:file=" + log)) {
      Said said = initialise(child);
      assertNull(said.vad().error());
      assertFalse(said.vad().critical());
      assertEquals(List.of(), said.degraded());
      assertEquals("", child.output());
    }
    List<String> vad =
        Files.readAllLines(log).stream()
            .dropWhile(line -> !line.contains("io.lkagent.vad."))
            .toList();
    List<String> heavy =
        vad.stream()
            .filter(line ->
                line.contains("onnxruntime")
                    || line.contains("FileChannel")
                    || line.contains("Lambda")
                    || line.contains("VirtualThread "))
            .toList();
    assertFalse(vad.isEmpty());
    assertEquals(List.of(), heavy);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PLAIN", "ONNXRUNTIME"})
  void files_missing_degradesInOneLine(String engine) throws Exception {
    try (ChildUnderTest child = start(VadEngine.valueOf(engine))) {
      assertDegraded(child, "run install.sh again");
    }
  }

  @Test
  void weights_damaged_degradesInOneLine() throws Exception {
    Path file = SomeWeights.write(folder);
    byte[] bytes = Files.readAllBytes(file);
    bytes[700_000] ^= 4;
    Files.write(file, bytes);
    try (ChildUnderTest child = start(VadEngine.PLAIN)) {
      assertDegraded(child, file + " is damaged");
    }
  }

  private static void assertDegraded(ChildUnderTest child, String words) throws Exception {
    FromChild.Degraded degraded = initialise(child).degraded().getFirst();
    assertEquals("vad", degraded.component());
    assertTrue(degraded.error().contains(words), degraded.error());
    assertFalse(degraded.error().contains("\n"), degraded.error());
    child.startJob(ChildUnderTest.job("room"));
    child.await(FromChild.Running.class);
    child.shutdown("enough");
    assertEquals(0, child.awaitExit());
    assertFalse(child.output().contains("ComponentException"), child.output());
  }

  @Test
  void off_isReadyWithoutIt() throws Exception {
    try (ChildUnderTest child = start(VadEngine.OFF)) {
      child.expect(FromChild.Hello.class);
      child.init();
      assertEquals(Initialisation.AGENT, child.expect(FromChild.Phase.class).name());
      child.expect(FromChild.Ready.class);
    }
  }
}
