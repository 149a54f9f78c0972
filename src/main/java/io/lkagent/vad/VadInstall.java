package io.lkagent.vad;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Prepares a model for the engines, once, when lkagent is installed: {@code VadInstall DIR}. Reads
 * {@code DIR/silero_vad.onnx}, which {@code src/build/fetch-model.sh} brings, and writes beside it
 * the weights of {@link PlainVad} and, when onnxruntime is on its class path, what {@link OnnxVad}
 * needs. Each file appears whole or not at all; to run it again, or twice at once, does no harm.
 */
public final class VadInstall {
  static final String MODEL = "silero_vad.onnx";

  private VadInstall() {}

  /** Exits with 0, or with 1 when no engine can be used; says in a line what is missing. */
  public static void main(String[] args) {
    if (args.length != 1) {
      say("usage: VadInstall DIR");
      System.exit(2);
    }
    System.exit(install(Path.of(args[0])) ? 0 : 1);
  }

  private static boolean install(Path folder) {
    Path model = folder.resolve(MODEL);
    if (!Files.isRegularFile(model)) {
      say(model + " is missing; src/build/fetch-model.sh " + folder + " brings it");
      return false;
    }
    boolean plain =
        done("plain", () -> WholeFile.write(folder.resolve(Weights.FILE), weights(model)));
    boolean onnxruntime =
        OnnxInstall.isPossible() && done("onnxruntime", () -> OnnxInstall.install(model, folder));
    return plain || onnxruntime;
  }

  private static WholeFile.Content weights(Path model) throws IOException {
    byte[] file = Weights.file(SileroModel.weights(Files.readAllBytes(model)));
    return to -> Files.write(to, file);
  }

  /** One engine's part of the work. */
  private interface Part {
    void run() throws Exception;
  }

  private static boolean done(String engine, Part part) {
    try {
      part.run();
      return true;
    } catch (Exception | LinkageError e) {
      say("the engine " + engine + " will not be there: " + e.getMessage());
      return false;
    }
  }

  private static void say(String line) {
    System.err.println("vad: " + line.replace('\n', ' '));
  }
}
