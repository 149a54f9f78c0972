package io.lkagent.vad;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Weights that mean nothing, for tests that need no model. */
public final class SomeWeights {
  private SomeWeights() {}

  static float[] values() {
    Random random = new Random(1);
    float[] values = new float[Weights.COUNT];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian() / 20;
    }
    return values;
  }

  /** Writes them where the plain engine looks. */
  public static Path write(Path folder) throws IOException {
    return Files.write(folder.resolve(Weights.FILE), Weights.file(values()));
  }
}
