package io.lkagent.vad;

import java.io.IOException;
import java.util.Arrays;

/** Takes the weights of {@link PlainVad} out of Silero's model, version 5. */
final class SileroModel {
  private static final int HIDDEN = Weights.HIDDEN;
  private static final float SAME = 1e-6f;

  private final OnnxModel model;
  private final float[] values = new float[Weights.COUNT];
  private int at;

  private SileroModel(OnnxModel model) {
    this.model = model;
  }

  /** The values as {@link Weights} lays them out. */
  static float[] weights(byte[] onnx) throws IOException {
    return new SileroModel(OnnxModel.parse(onnx)).weights();
  }

  private float[] weights() throws IOException {
    window();
    convolution(0, Spectrum.BINS, Weights.WIDE, 0, 3);
    convolution(1, Weights.WIDE, Weights.NARROW, 0, 3);
    // Of its two columns the first is at the middle weight, and nothing is before it.
    convolution(2, Weights.NARROW, Weights.NARROW, 1, 3);
    // There is one column only.
    convolution(3, Weights.NARROW, HIDDEN, 1, 2);
    cell();
    put(model.constant("decoder.decoder.2.weight", HIDDEN));
    put(model.constant("decoder.decoder.2.bias", 1));
    if (at != Weights.COUNT) {
      throw new IllegalStateException("a defect: " + at + " values");
    }
    return values;
  }

  /** The model's Fourier transform is a matrix; it must be one, or there is no faster way. */
  private void window() throws IOException {
    int size = Spectrum.SIZE;
    int bins = Spectrum.BINS;
    float[] matrix = model.constant("stft.forward_basis_buffer", 2 * bins * size);
    for (int bin = 0; bin < bins; bin++) {
      for (int i = 0; i < size; i++) {
        double angle = -2 * Math.PI * bin * i / size;
        double re = matrix[i] * Math.cos(angle) - matrix[bin * size + i];
        double im = matrix[i] * Math.sin(angle) - matrix[(bins + bin) * size + i];
        if (Math.abs(re) > SAME || Math.abs(im) > SAME) {
          throw new IOException("the model's spectrum is none that the plain engine computes");
        }
      }
    }
    put(Arrays.copyOf(matrix, size));
  }

  /** Of each three weights side by side those from {@code from} to before {@code to}. */
  private void convolution(int number, int inputs, int outputs, int from, int to)
      throws IOException {
    String name = "encoder." + number + ".reparam_conv.";
    float[] weight = model.constant(name + "weight", inputs * outputs * 3);
    float[] bias = model.constant(name + "bias", outputs);
    for (int o = 0; o < outputs; o++) {
      put(bias[o]);
      for (int i = 0; i < inputs; i++) {
        for (int k = from; k < to; k++) {
          put(weight[(o * inputs + i) * 3 + k]);
        }
      }
    }
  }

  private void cell() throws IOException {
    int gates = 4;
    float[] fromInput = model.constant("decoder.rnn.weight_ih", gates * HIDDEN * HIDDEN);
    float[] fromItself = model.constant("decoder.rnn.weight_hh", gates * HIDDEN * HIDDEN);
    float[] bias = model.constant("decoder.rnn.bias_ih", gates * HIDDEN);
    float[] second = model.constant("decoder.rnn.bias_hh", gates * HIDDEN);
    for (int unit = 0; unit < HIDDEN; unit++) {
      for (int gate = 0; gate < gates; gate++) {
        put(bias[gate * HIDDEN + unit] + second[gate * HIDDEN + unit]);
      }
      for (float[] weight : new float[][] {fromInput, fromItself}) {
        for (int i = 0; i < HIDDEN; i++) {
          for (int gate = 0; gate < gates; gate++) {
            put(weight[(gate * HIDDEN + unit) * HIDDEN + i]);
          }
        }
      }
    }
  }

  private void put(float... more) {
    System.arraycopy(more, 0, values, at, more.length);
    at += more.length;
  }
}
