package io.lkagent.vad;

import java.util.Random;

/**
 * Speech without words, always the same: pulses of a voice whose pitch wanders, through three
 * formants that glide from vowel to vowel, with hissing consonants, pauses, a room's noise, and
 * louder and softer speakers.
 */
final class Speech {
  private static final double[][] VOWELS = {
    {730, 1090, 2440}, {270, 2290, 3010}, {300, 870, 2240}, {530, 1840, 2480}, {570, 840, 2410}
  };

  private final Random random = new Random(20_260_101);
  private final Resonator[] formants = {new Resonator(), new Resonator(), new Resonator()};
  private final Resonator hiss = new Resonator();
  private double[] from = VOWELS[0];
  private double[] to = VOWELS[1];
  private boolean voiced;
  private boolean hissing;
  private int at;
  private int length;
  private int syllables;
  private double pitch = 120;
  private double loudness = 0.3;
  private double phase;
  private double pulse;

  /** The next frame. */
  float[] frame() {
    float[] frame = new float[Vad.FRAME];
    for (int i = 0; i < frame.length; i++) {
      frame[i] = (float) Math.clamp(sample(), -1, 1);
    }
    return frame;
  }

  private double sample() {
    if (at == length) {
      next();
    }
    double share = (double) at++ / length;
    double envelope = loudness * Math.sin(Math.PI * share);
    for (int i = 0; i < formants.length; i++) {
      formants[i].tune(from[i] + (to[i] - from[i]) * share, 60 + 40 * i);
    }
    phase += pitch * (1 + 0.1 * Math.sin(3 * share)) / Vad.RATE;
    boolean closes = phase >= 1;
    phase -= closes ? 1 : 0;
    pulse = 0.9 * pulse + (closes && voiced ? 1 : 0);
    double voice = 0;
    for (int i = 0; i < formants.length; i++) {
      voice += formants[i].pass(pulse) / (1 + i);
    }
    double noise = random.nextGaussian();
    hiss.tune(4500, 1500);
    double consonant = hissing ? 0.2 * hiss.pass(noise) : 0;
    return envelope * (2 * voice + consonant) + 0.0005 * noise;
  }

  private void next() {
    at = 0;
    from = to;
    to = VOWELS[random.nextInt(VOWELS.length)];
    if (syllables-- > 0) {
      hissing = random.nextInt(4) == 0;
      voiced = !hissing;
      length = Vad.RATE * (hissing ? 60 : 120 + random.nextInt(120)) / 1000;
      pitch *= 0.97;
      return;
    }
    voiced = false;
    hissing = random.nextInt(6) == 0; // a breath, or somebody moves
    length = Vad.RATE * (300 + random.nextInt(1500)) / 1000;
    syllables = 3 + random.nextInt(12);
    pitch = 90 + random.nextInt(150);
    loudness = Math.exp(-4 * random.nextDouble());
  }

  /** Two poles. */
  private static final class Resonator {
    private double gain;
    private double first;
    private double second;
    private double last;
    private double before;

    void tune(double frequency, double bandwidth) {
      double radius = Math.exp(-Math.PI * bandwidth / Vad.RATE);
      first = 2 * radius * Math.cos(2 * Math.PI * frequency / Vad.RATE);
      second = -radius * radius;
      gain = 1 - radius;
    }

    double pass(double in) {
      double out = gain * in + first * last + second * before;
      before = last;
      last = out;
      return out;
    }
  }
}
