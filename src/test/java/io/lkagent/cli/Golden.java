package io.lkagent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Texts on record; {@code -DargLine=-Dlkagent.golden=write} renews them after a meant change. */
final class Golden {
  private static final Path FOLDER = Path.of("src/test/resources");

  private Golden() {}

  static void check(String name, String actual) {
    Path file = FOLDER.resolve(name).toAbsolutePath();
    try {
      if ("write".equals(System.getProperty("lkagent.golden"))) {
        Files.createDirectories(file.getParent());
        Files.writeString(file, actual);
      }
      assertEquals(Files.readString(file), actual);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
