package io.lkagent.vad;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes files beside their place and then moves them there: readers never see half of one. */
final class WholeFile {
  private WholeFile() {}

  /** Writes a file. */
  interface Content {
    void writeTo(Path file) throws Exception;
  }

  static void write(Path target, Content content) throws Exception {
    Path beside =
        target.resolveSibling("." + target.getFileName() + ".new." + ProcessHandle.current().pid());
    try {
      content.writeTo(beside);
      move(beside, target);
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  private static void move(Path beside, Path target) throws IOException {
    Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
