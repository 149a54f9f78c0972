package io.lkagent.vad;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.agents.AgentSource;
import io.lkagent.agents.JavaRuntime;
import io.lkagent.agents.VadEngine;
import io.lkagent.ipc.FromChild;
import io.lkagent.testing.ChildUnderTest;
import io.lkagent.testing.Proc;
import io.lkagent.testing.VadModel;
import io.lkagent.time.Time;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both engines on the real model, prepared as the installation does it. */
@Tag("python")
final class VadEnginesTest {
  private static final int FRAMES = 3_000;

  /** How many processes of each engine; more for the record, see BENCHMARKS.md. */
  private static final int CHILDREN = Integer.getInteger("lkagent.test.vad.children", 3);

  @TempDir static Path folder;

  /** Twice at once, as two impatient people do. */
  @BeforeAll
  static void install() throws Exception {
    Files.copy(VadModel.file(), folder.resolve(VadInstall.MODEL));
    for (Process install : List.of(startInstall(), startInstall())) {
      String said = new String(install.getErrorStream().readAllBytes(), UTF_8);
      assertTrue(install.waitFor(120, TimeUnit.SECONDS), said);
      assertEquals("", said);
      assertEquals(0, install.exitValue());
    }
  }

  private static Process startInstall() throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            VadInstall.class.getName(),
            folder.toString())
        .start();
  }

  @Test
  void install_twiceAtOnce_leavesWholeFilesOnly() throws Exception {
    try (Stream<Path> files = Files.walk(folder)) {
      assertEquals(
          List.of(
              "native/libonnxruntime.so",
              "native/libonnxruntime4j_jni.so",
              "onnxruntime.jar",
              "silero-16k.weights",
              "silero.ort",
              VadInstall.MODEL),
          files
              .filter(Files::isRegularFile)
              .map(file -> folder.relativize(file).toString())
              .sorted()
              .toList());
    }
    assertTrue(cannotConnect(folder.resolve("native/libonnxruntime.so")));
  }

  @Test
  void probability_ofSpeech_isTheSameFromBothEngines() {
    System.setProperty("onnxruntime.native.path", folder.resolve("native").toString());
    try (Vad plain = new VadLoader("plain", folder.toString()).call();
        Vad onnxruntime = new VadLoader("onnxruntime", folder.toString()).call()) {
      compare(plain, onnxruntime);
      plain.reset();
      onnxruntime.reset();
      float[] first = new Speech().frame();
      assertEquals(onnxruntime.probability(first), plain.probability(first), 1e-5f);
    }
  }

  @ParameterizedTest
  @EnumSource(VadEngine.class)
  void child_ofTheBuiltInAgent_loadsItsEngine(VadEngine engine) throws Exception {
    JavaRuntime own = JavaRuntime.own(List.of());
    JavaRuntime java =
        new JavaRuntime(own.java(), own.ownClassPath(), folder, null, own.arguments());
    String[] command = new AgentSource.BuiltIn(engine).command(java).toArray(String[]::new);
    List<ChildUnderTest> children = new ArrayList<>();
    List<Long> ready = new ArrayList<>();
    List<Long> loaded = new ArrayList<>();
    try {
      for (int i = 0; i < CHILDREN; i++) {
        long start = Time.raw().nanos();
        ChildUnderTest child = ChildUnderTest.start(command);
        children.add(child);
        child.expect(FromChild.Hello.class);
        child.init();
        boolean isReady = false;
        boolean isLoaded = engine == VadEngine.OFF;
        while (!isReady || !isLoaded) {
          FromChild said = child.await(FromChild.class);
          long after = (Time.raw().nanos() - start) / 1_000_000;
          if (said instanceof FromChild.Ready) {
            isReady = true;
            ready.add(after);
          } else if (said instanceof FromChild.Phase phase && phase.name().equals("vad")) {
            assertNull(phase.error());
            isLoaded = true;
            loaded.add(after);
          }
        }
      }
      System.out.printf(
          Locale.ROOT,
          "%d children, VAD %s: ready after %s ms, VAD loaded after %s ms, PSS %s KB (medians)%n",
          CHILDREN,
          engine,
          median(ready),
          median(loaded),
          median(children.stream().map(child -> pss(child.pid())).toList()));
    } finally {
      children.forEach(ChildUnderTest::close);
    }
  }

  private static Object median(List<Long> values) {
    return values.isEmpty() ? "-" : values.stream().sorted().toList().get(values.size() / 2);
  }

  private static long pss(long pid) {
    return Proc.text(pid, "smaps_rollup")
        .lines()
        .filter(line -> line.startsWith("Pss:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .sum();
  }

  /** Whose job processes hear calls must not get a library that talks to its maker. */
  private static boolean cannotConnect(Path library) throws Exception {
    String names = new String(Files.readAllBytes(library), ISO_8859_1);
    return !names.contains("\0getaddrinfo\0") && !names.contains("/etc/machine-id");
  }

  private static void compare(Vad plain, Vad onnxruntime) {
    Speech speech = new Speech();
    int loud = 0;
    int quiet = 0;
    float furthest = 0;
    long plainNanos = 0;
    long onnxNanos = 0;
    Time time = Time.raw();
    for (int i = 0; i < FRAMES; i++) {
      float[] frame = speech.frame();
      long start = time.nanos();
      float ours = plain.probability(frame);
      long middle = time.nanos();
      float theirs = onnxruntime.probability(frame);
      onnxNanos += time.nanos() - middle;
      plainNanos += middle - start;
      furthest = Math.max(furthest, Math.abs(ours - theirs));
      loud += ours > 0.5f ? 1 : 0;
      quiet += ours < 0.2f ? 1 : 0;
    }
    System.out.printf(
        Locale.ROOT,
        "%d frames, %d speech, %d not; furthest apart %.1e; %d and %d µs a frame%n",
        FRAMES,
        loud,
        quiet,
        furthest,
        plainNanos / FRAMES / 1000,
        onnxNanos / FRAMES / 1000);
    assertTrue(loud > FRAMES / 4 && quiet > FRAMES / 4, loud + " and " + quiet);
    assertTrue(furthest < 1e-5f, "apart by " + furthest);
  }
}
