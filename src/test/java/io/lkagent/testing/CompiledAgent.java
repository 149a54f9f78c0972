package io.lkagent.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.nio.file.Path;
import javax.tools.ToolProvider;

/** A Java agent of one source file, compiled as the examples' readme says. */
public final class CompiledAgent {
  private CompiledAgent() {}

  /** Compiles {@code source} into {@code folder}; the class path on which the agent runs. */
  public static String classPath(Path source, Path folder) {
    String classPath = System.getProperty("java.class.path");
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-cp",
                classPath,
                "-d",
                folder.toString(),
                source.toString());
    assertEquals(0, compiled, source::toString);
    return folder + File.pathSeparator + classPath;
  }
}
