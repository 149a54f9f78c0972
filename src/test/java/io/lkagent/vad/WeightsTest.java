package io.lkagent.vad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.sdk.ComponentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The weights file, and what is computed with weights that mean nothing. */
final class WeightsTest {
  @TempDir Path folder;

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve(Weights.FILE), bytes);
  }

  @Test
  void file_writtenAndRead_holdsTheSameValues() throws IOException {
    Path file = write(Weights.file(SomeWeights.values()));
    assertArrayEquals(SomeWeights.values(), Weights.read(file.toFile()));
  }

  @ParameterizedTest
  @CsvSource({"0, is no weights file", "10, is no weights file", "16, cut short", "-1, cut short"})
  void file_truncated_isRefused(int length, String words) throws IOException {
    byte[] whole = Weights.file(SomeWeights.values());
    Path file = write(Arrays.copyOf(whole, length < 0 ? whole.length + length : length));
    assertRefused(file, words);
  }

  @ParameterizedTest
  @CsvSource({
    "0, is no weights file",
    "4, is no weights file",
    "8, is no weights file",
    "12, is damaged",
    "16, is damaged",
    "500000, is damaged"
  })
  void file_oneBitFlipped_isRefused(int at, String words) throws IOException {
    byte[] whole = Weights.file(SomeWeights.values());
    whole[at] ^= 1;
    assertRefused(write(whole), words);
  }

  @Test
  void file_missing_isRefused() {
    assertRefused(folder.resolve("nothing"), "is missing");
  }

  @Test
  void file_folderInItsPlace_isRefused() {
    assertRefused(folder, "cannot be read");
  }

  private static void assertRefused(Path file, String words) {
    ComponentException refused =
        assertThrows(ComponentException.class, () -> Weights.read(file.toFile()));
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.contains(file + " "), message);
    assertTrue(message.contains(words) && message.endsWith("run install.sh again"), message);
  }

  @Test
  void probability_frameOfAnotherLength_isRefused() {
    try (Vad vad = new PlainVad(SomeWeights.values())) {
      assertThrows(IllegalArgumentException.class, () -> vad.probability(new float[480]));
    }
  }

  @Test
  void reset_afterSpeech_forgetsIt() {
    try (Vad vad = new PlainVad(SomeWeights.values())) {
      Speech speech = new Speech();
      float[] frame = speech.frame();
      float first = vad.probability(frame);
      for (int i = 0; i < 20; i++) {
        vad.probability(speech.frame());
      }
      vad.reset();
      assertEquals(first, vad.probability(frame));
    }
  }

  @Test
  void magnitudes_fastTransform_isTheSlowOne() {
    float[] weights = SomeWeights.values();
    Random random = new Random(2);
    float[] audio = new float[3 * Spectrum.SIZE];
    for (int i = 0; i < audio.length; i++) {
      audio[i] = (float) random.nextGaussian();
    }
    float[] fast = new float[Spectrum.BINS * 4];
    new Spectrum(weights, 7).magnitudes(audio, 5, 300, fast, 4, 2);
    for (int bin = 0; bin < Spectrum.BINS; bin++) {
      assertEquals(slow(weights, audio, 5, bin), fast[bin * 4 + 2], 1e-5);
      assertEquals(slow(weights, audio, 300, bin), fast[bin * 4 + 3], 1e-5);
    }
  }

  private static double slow(float[] weights, float[] audio, int start, int bin) {
    double re = 0;
    double im = 0;
    for (int i = 0; i < Spectrum.SIZE; i++) {
      double value = weights[7 + i] * audio[start + i];
      re += value * Math.cos(2 * Math.PI * bin * i / Spectrum.SIZE);
      im += value * Math.sin(2 * Math.PI * bin * i / Spectrum.SIZE);
    }
    return Math.hypot(re, im);
  }

  @ParameterizedTest
  @CsvSource({"''", "not a model at all", "\u0001\u0002"})
  void weights_ofAFileThatIsNoModel_areRefused(String content) {
    byte[] file = content.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    assertThrows(IOException.class, () -> SileroModel.weights(file));
  }
}
