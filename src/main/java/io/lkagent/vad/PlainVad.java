package io.lkagent.vad;

import java.util.Arrays;

/**
 * The 16 kHz branch of Silero's network, version 5, in plain Java: a spectrum of four columns, four
 * convolutions over them, one LSTM cell, one neuron.
 *
 * <p>Written for the JVM's quick compiler, which neither unrolls nor vectorises: each kernel works
 * on four sums at once and is a small method of its own, so that it is compiled within the first
 * frame.
 */
final class PlainVad implements Vad {
  private static final int COLUMNS = 4;
  private static final int HIDDEN = Weights.HIDDEN;

  private final float[] weights;
  private final Spectrum spectrum;

  /** The context, the frame, and the frame's end once more, mirrored. */
  private final float[] audio = new float[CONTEXT + FRAME + Spectrum.SIZE / 4];

  private final float[] magnitudes = new float[Spectrum.BINS * COLUMNS];
  private final float[] wide = new float[Weights.WIDE * COLUMNS];
  private final float[] half = new float[Weights.NARROW * 2];
  private final float[] single = new float[Weights.NARROW];

  /** What the cell sees: the encoder's result, then its own last output. */
  private final float[] seen = new float[2 * HIDDEN];

  private final float[] output = new float[HIDDEN];
  private final float[] cell = new float[HIDDEN];

  PlainVad(float[] weights) {
    this.weights = weights;
    this.spectrum = new Spectrum(weights, Weights.WINDOW);
  }

  @Override
  public float probability(float[] frame) {
    if (frame.length != FRAME) {
      throw new IllegalArgumentException("a frame has " + FRAME + " samples, not " + frame.length);
    }
    hear(frame);
    int hop = Spectrum.SIZE / 2;
    spectrum.magnitudes(audio, 0, hop, magnitudes, COLUMNS, 0);
    spectrum.magnitudes(audio, 2 * hop, 3 * hop, magnitudes, COLUMNS, 2);
    encode();
    remember();
    float sum = weights[Weights.OUT_BIAS];
    for (int i = 0; i < HIDDEN; i++) {
      sum += weights[Weights.OUT + i] * Math.max(output[i], 0);
    }
    return sigmoid(sum);
  }

  private void hear(float[] frame) {
    System.arraycopy(audio, FRAME, audio, 0, CONTEXT);
    System.arraycopy(frame, 0, audio, CONTEXT, FRAME);
    int end = CONTEXT + FRAME;
    for (int i = 0; i < audio.length - end; i++) {
      audio[end + i] = audio[end - 2 - i];
    }
  }

  private void encode() {
    for (int o = 0; o < Weights.WIDE; o++) {
      fourToFour(weights, Weights.CONV_0 + o * Weights.ROW_0, magnitudes, wide, o * COLUMNS);
    }
    for (int o = 0; o < Weights.NARROW; o++) {
      fourToTwo(weights, Weights.CONV_1 + o * Weights.ROW_1, wide, half, o * 2);
    }
    for (int o = 0; o < Weights.NARROW; o++) {
      int row = Weights.CONV_2 + o * Weights.ROW_2;
      single[o] = Math.max(dot(weights, row + 1, half, weights[row]), 0);
    }
    for (int o = 0; o < HIDDEN; o++) {
      int row = Weights.CONV_3 + o * Weights.ROW_3;
      seen[o] = Math.max(dot(weights, row + 1, single, weights[row]), 0);
    }
  }

  /** One output of a convolution of width 3 over four columns, step 1. */
  private static void fourToFour(float[] w, int row, float[] in, float[] out, int to) {
    float s0 = w[row];
    float s1 = s0;
    float s2 = s0;
    float s3 = s0;
    for (int i = 0, p = row + 1; i < in.length; i += 4, p += 3) {
      float left = w[p];
      float middle = w[p + 1];
      float right = w[p + 2];
      float c0 = in[i];
      float c1 = in[i + 1];
      float c2 = in[i + 2];
      float c3 = in[i + 3];
      s0 += middle * c0 + right * c1;
      s1 += left * c0 + middle * c1 + right * c2;
      s2 += left * c1 + middle * c2 + right * c3;
      s3 += left * c2 + middle * c3;
    }
    out[to] = Math.max(s0, 0);
    out[to + 1] = Math.max(s1, 0);
    out[to + 2] = Math.max(s2, 0);
    out[to + 3] = Math.max(s3, 0);
  }

  /** The same with step 2, which leaves two columns. */
  private static void fourToTwo(float[] w, int row, float[] in, float[] out, int to) {
    float s0 = w[row];
    float s1 = s0;
    for (int i = 0, p = row + 1; i < in.length; i += 4, p += 3) {
      float middle = w[p + 1];
      float right = w[p + 2];
      float c1 = in[i + 1];
      s0 += middle * in[i] + right * c1;
      s1 += w[p] * c1 + middle * in[i + 2] + right * in[i + 3];
    }
    out[to] = Math.max(s0, 0);
    out[to + 1] = Math.max(s1, 0);
  }

  private static float dot(float[] w, int at, float[] in, float start) {
    float s0 = start;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    for (int i = 0, p = at; i < in.length; i += 4, p += 4) {
      s0 += w[p] * in[i];
      s1 += w[p + 1] * in[i + 1];
      s2 += w[p + 2] * in[i + 2];
      s3 += w[p + 3] * in[i + 3];
    }
    return s0 + s1 + (s2 + s3);
  }

  private void remember() {
    for (int unit = 0; unit < HIDDEN; unit++) {
      gates(unit);
    }
    System.arraycopy(output, 0, seen, HIDDEN, HIDDEN);
  }

  /** One unit of the LSTM cell; its four gates' weights lie side by side. */
  private void gates(int unit) {
    int row = Weights.LSTM + unit * Weights.ROW_LSTM;
    float[] w = weights;
    float[] in = seen;
    float input = w[row];
    float forget = w[row + 1];
    float fresh = w[row + 2];
    float show = w[row + 3];
    for (int i = 0, p = row + 4; i < in.length; i++, p += 4) {
      float v = in[i];
      input += w[p] * v;
      forget += w[p + 1] * v;
      fresh += w[p + 2] * v;
      show += w[p + 3] * v;
    }
    float kept = sigmoid(forget) * cell[unit] + sigmoid(input) * tanh(fresh);
    cell[unit] = kept;
    output[unit] = sigmoid(show) * tanh(kept);
  }

  private static float sigmoid(float x) {
    return (float) (1 / (1 + Math.exp(-x)));
  }

  private static float tanh(float x) {
    return (float) (1 - 2 / (1 + Math.exp(2.0 * x)));
  }

  @Override
  public void reset() {
    Arrays.fill(audio, 0);
    Arrays.fill(seen, 0);
    Arrays.fill(cell, 0);
  }

  @Override
  public void close() {
    // The heap is all it holds.
  }
}
