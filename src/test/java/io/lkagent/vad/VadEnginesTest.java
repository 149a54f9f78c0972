package io.lkagent.vad;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.VadModel;
import io.lkagent.time.Time;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both engines on the real model, prepared as the installation does it. */
@Tag("python")
final class VadEnginesTest {
  private static final int FRAMES = 3_000;

  @TempDir Path folder;

  @Test
  void probability_ofSpeech_isTheSameFromBothEngines() throws Exception {
    Files.copy(VadModel.file(), folder.resolve(VadInstall.MODEL));
    // Twice at once, as two impatient people do.
    List<Process> installs = List.of(install(), install());
    for (Process install : installs) {
      assertTrue(install.waitFor(120, TimeUnit.SECONDS));
      assertEquals("", new String(install.getErrorStream().readAllBytes(), UTF_8));
      assertEquals(0, install.exitValue());
    }
    assertEquals(
        Set.of("native", "onnxruntime.jar", "silero-16k.weights", "silero.ort", VadInstall.MODEL),
        names());
    assertTrue(cannotConnect(folder.resolve("native/libonnxruntime.so")));
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

  private Process install() throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                VadInstall.class.getName(),
                folder.toString()));
    return new ProcessBuilder(command).start();
  }

  private Set<String> names() throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      Set<String> names = new TreeSet<>();
      files.forEach(file -> names.add(file.getFileName().toString()));
      return names;
    }
  }
}
