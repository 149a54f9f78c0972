package io.lkagent.testing;

import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;

/** The VAD's model, as {@code src/test/tools/setup.sh} has fetched it. */
public final class VadModel {
  private VadModel() {}

  /** Its file; a test that needs it fails where it is missing. */
  public static Path file() {
    String tools =
        System.getProperty(
            "lkagent.test.tools", System.getProperty("user.home") + "/.cache/lkagent-tests");
    Path model = Path.of(tools, "vad", "silero_vad.onnx");
    if (!Files.isRegularFile(model)) {
      fail(
          model
              + " is missing: fetch it with src/test/tools/setup.sh, or name the folder with"
              + " -Dtests.tools=DIR");
    }
    return model;
  }
}
