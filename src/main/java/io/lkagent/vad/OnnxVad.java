package io.lkagent.vad;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.lkagent.sdk.ComponentException;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;

/** A model that is called as Silero's is, run by onnxruntime. */
final class OnnxVad implements Vad {
  static final String FILE = "silero.ort";
  private static final int STATE = 2 * 128;

  private final OrtSession session;
  private final FloatBuffer samples = direct(CONTEXT + FRAME);
  private final FloatBuffer state = direct(STATE);
  private final OnnxTensor input;
  private final OnnxTensor stateBefore;
  private final OnnxTensor rate;

  private OnnxVad(OrtEnvironment environment, OrtSession session) throws OrtException {
    this.session = session;
    this.input = OnnxTensor.createTensor(environment, samples, new long[] {1, CONTEXT + FRAME});
    this.stateBefore = OnnxTensor.createTensor(environment, state, new long[] {2, 1, STATE / 2});
    this.rate = OnnxTensor.createTensor(environment, (long) RATE);
  }

  /**
   * Loads a model that {@link #optimise} has made.
   *
   * @throws ComponentException when it is missing or cannot be used
   */
  static OnnxVad load(File model) {
    if (!model.isFile()) {
      throw new ComponentException(
          "the VAD's file " + model + " is missing; run install.sh again", null);
    }
    try (OrtSession.SessionOptions options = options(OrtSession.SessionOptions.OptLevel.NO_OPT)) {
      options.addConfigEntry("session.load_model_format", "ORT");
      // A second copy of the weights, in the order that suits the CPU, gains nothing here.
      options.addConfigEntry("session.disable_prepacking", "1");
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      return new OnnxVad(environment, environment.createSession(model.toString(), options));
    } catch (OrtException e) {
      throw new ComponentException("onnxruntime cannot load " + model + ": " + line(e), null);
    }
  }

  /** Writes the model in onnxruntime's own form, with what costs time at each start done. */
  static void optimise(File onnx, File ort) throws OrtException {
    // What is beyond "extended" fits the CPU at hand only, and an installation can be moved.
    try (OrtSession.SessionOptions options =
        options(OrtSession.SessionOptions.OptLevel.EXTENDED_OPT)) {
      options.addConfigEntry("session.save_model_format", "ORT");
      options.setOptimizedModelFilePath(ort.toString());
      OrtEnvironment.getEnvironment().createSession(onnx.toString(), options).close();
    }
  }

  private static OrtSession.SessionOptions options(OrtSession.SessionOptions.OptLevel level)
      throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(1);
    options.setInterOpNumThreads(1);
    options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
    options.setOptimizationLevel(level);
    return options;
  }

  private static String line(OrtException e) {
    return String.valueOf(e.getMessage()).replace('\n', ' ');
  }

  private static FloatBuffer direct(int floats) {
    return ByteBuffer.allocateDirect(floats * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  @Override
  public float probability(float[] frame) {
    if (frame.length != FRAME) {
      throw new IllegalArgumentException("a frame has " + FRAME + " samples, not " + frame.length);
    }
    for (int i = 0; i < CONTEXT; i++) {
      samples.put(i, samples.get(FRAME + i));
    }
    samples.put(CONTEXT, frame);
    Map<String, OnnxTensor> inputs = Map.of("input", input, "state", stateBefore, "sr", rate);
    try (OrtSession.Result result = session.run(inputs)) {
      FloatBuffer after = ((OnnxTensor) result.get(1)).getFloatBuffer();
      state.put(0, after, 0, STATE);
      return ((OnnxTensor) result.get(0)).getFloatBuffer().get(0);
    } catch (OrtException e) {
      throw new IllegalStateException("onnxruntime: " + line(e), e);
    }
  }

  @Override
  public void reset() {
    for (int i = 0; i < STATE; i++) {
      state.put(i, 0);
    }
    for (int i = 0; i < CONTEXT; i++) {
      samples.put(FRAME + i, 0); // its end is the next frame's context
    }
  }

  @Override
  public void close() {
    input.close();
    stateBefore.close();
    rate.close();
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("onnxruntime: " + line(e), e);
    }
  }
}
