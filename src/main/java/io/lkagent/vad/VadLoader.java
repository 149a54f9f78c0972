package io.lkagent.vad;

import io.lkagent.sdk.ComponentException;
import java.io.File;
import java.util.concurrent.Callable;

/**
 * Loads a {@link Vad} and hears one frame of silence with it, so that the first real one finds its
 * code compiled.
 */
public final class VadLoader implements Callable<Vad> {
  /** The system property that names the engine: {@code plain} or {@code onnxruntime}. */
  public static final String ENGINE = "lkagent.vad";

  /** The system property that names the folder which {@link VadInstall} has filled. */
  public static final String FILES = "lkagent.vad.files";

  private final String engine;
  private final String files;

  public VadLoader(String engine, String files) {
    this.engine = engine;
    this.files = files;
  }

  /**
   * The detector, ready to hear a stream.
   *
   * @throws ComponentException when its files are missing or damaged; the message says what to do
   */
  @Override
  public Vad call() {
    Vad vad = load();
    vad.probability(new float[Vad.FRAME]);
    vad.reset();
    return vad;
  }

  private Vad load() {
    if (engine.equals("plain")) {
      return new PlainVad(Weights.read(new File(files, Weights.FILE)));
    } else if (engine.equals("onnxruntime")) {
      try {
        return OnnxVad.load(new File(files, OnnxVad.FILE));
      } catch (LinkageError e) {
        throw new ComponentException(
            "onnxruntime is not in "
                + files
                + " ("
                + e.getMessage()
                + "); run install.sh again, or use --vad plain",
            null);
      }
    }
    throw new ComponentException("there is no VAD engine " + engine, null);
  }
}
