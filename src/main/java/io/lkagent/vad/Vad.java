package io.lkagent.vad;

/**
 * A voice activity detector: hears one stream of audio, frame by frame, and says how likely
 * somebody speaks. It carries its state from frame to frame, so that each stream needs one of its
 * own; used by one thread at a time.
 */
public interface Vad extends AutoCloseable {
  /** Samples per second; one channel. */
  int RATE = 16_000;

  /** Samples in a frame, which lasts 32 ms. */
  int FRAME = 512;

  /** How many samples before its frame the model looks at as well. */
  int CONTEXT = 64;

  /**
   * The probability, from 0 to 1, that the stream's next frame is speech.
   *
   * @param frame {@link #FRAME} samples from -1 to 1; not kept
   * @throws IllegalArgumentException when it has another length
   */
  float probability(float[] frame);

  /** Forgets what it has heard: the next frame is the first of another stream. */
  void reset();

  @Override
  void close();
}
