package io.lkagent.vad;

/** The magnitudes of windowed pieces of audio, by a fast Fourier transform over two at a time. */
final class Spectrum {
  static final int SIZE = 256;
  static final int BINS = SIZE / 2 + 1;
  private static final int BITS = 8;

  private final float[] weights;
  private final int window;
  private final float[] cos = new float[SIZE / 2];
  private final float[] sin = new float[SIZE / 2];
  private final int[] reversed = new int[SIZE];
  private final float[] re = new float[SIZE];
  private final float[] im = new float[SIZE];

  /** The window's {@link #SIZE} values start at {@code weights[window]}. */
  Spectrum(float[] weights, int window) {
    this.weights = weights;
    this.window = window;
    for (int i = 0; i < SIZE / 2; i++) {
      double angle = -2 * Math.PI * i / SIZE;
      cos[i] = (float) Math.cos(angle);
      sin[i] = (float) Math.sin(angle);
    }
    for (int i = 1; i < SIZE; i++) {
      reversed[i] = (reversed[i >> 1] >> 1) | (i & 1) << (BITS - 1);
    }
  }

  /**
   * Writes the magnitude of bin {@code b} of the pieces that start at {@code first} and {@code
   * second} to {@code out[b * stride + column]} and to the place after it.
   */
  void magnitudes(float[] audio, int first, int second, float[] out, int stride, int column) {
    // Both are real: one rides as the other's imaginary part, and they part again at the end.
    for (int i = 0; i < SIZE; i++) {
      float w = weights[window + i];
      int to = reversed[i];
      re[to] = w * audio[first + i];
      im[to] = w * audio[second + i];
    }
    for (int half = 1, step = SIZE / 2; half < SIZE; half *= 2, step /= 2) {
      for (int start = 0; start < SIZE; start += 2 * half) {
        butterflies(re, im, start, half, step);
      }
    }
    for (int b = 0; b < BINS; b++) {
      int mirrored = (SIZE - b) & (SIZE - 1);
      float evenRe = re[b] + re[mirrored];
      float oddIm = im[b] - im[mirrored];
      float evenIm = im[b] + im[mirrored];
      float oddRe = re[mirrored] - re[b];
      out[b * stride + column] = (float) Math.sqrt(evenRe * evenRe + oddIm * oddIm) / 2;
      out[b * stride + column + 1] = (float) Math.sqrt(evenIm * evenIm + oddRe * oddRe) / 2;
    }
  }

  private void butterflies(float[] re, float[] im, int start, int half, int step) {
    for (int a = start, t = 0; a < start + half; a++, t += step) {
      int b = a + half;
      float bRe = re[b] * cos[t] - im[b] * sin[t];
      float bIm = re[b] * sin[t] + im[b] * cos[t];
      re[b] = re[a] - bRe;
      im[b] = im[a] - bIm;
      re[a] += bRe;
      im[a] += bIm;
    }
  }
}
