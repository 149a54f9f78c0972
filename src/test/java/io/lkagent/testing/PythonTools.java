package io.lkagent.testing;

import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;

/** The Python with LiveKit's packages that tests tagged {@code python} run. */
public final class PythonTools {
  private PythonTools() {}

  /** Its interpreter; a test that needs it fails where it is missing. */
  public static Path python() {
    return python("venv");
  }

  /** The same with the oldest framework that is supported. */
  public static Path olderPython() {
    return python("venv-older");
  }

  private static Path python(String environment) {
    String tools =
        System.getProperty(
            "lkagent.test.tools", System.getProperty("user.home") + "/.cache/lkagent-tests");
    Path python = Path.of(tools, environment, "bin", "python");
    if (!Files.isExecutable(python)) {
      fail(
          python
              + " is missing: tests tagged \"python\" need LiveKit's packages; install them with"
              + " src/test/tools/setup.sh, or name the folder with -Dtests.tools=DIR");
    }
    return python;
  }
}
