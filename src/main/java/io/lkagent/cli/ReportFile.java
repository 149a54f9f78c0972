package io.lkagent.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A file that a command's report goes to: looked at before the work begins, and replaced as a whole
 * once it is done.
 */
record ReportFile(String option, Path path) {
  /** Finds out whether it can be written, and leaves nothing behind. */
  void check() {
    if (Files.isDirectory(path)) {
      throw unfit("is a folder; name a file in it");
    }
    if (isSpecial()) {
      return;
    }
    Path folder = folder();
    if (!Files.isDirectory(folder)) {
      throw unfit("cannot be written: there is no folder " + folder + "; make it first");
    }
    Path trial = beside();
    try {
      Files.writeString(trial, "", StandardOpenOption.CREATE_NEW);
      Files.delete(trial);
    } catch (IOException e) {
      throw unfit("cannot be written (" + why(e) + "); name a file in another folder");
    }
  }

  private UsageException unfit(String what) {
    return new UsageException(option + " " + path + " " + what);
  }

  /** Writes it: a reader sees the old content or the new, never half of it. */
  void write(String text) throws IOException {
    if (isSpecial()) {
      Files.writeString(path, text, StandardOpenOption.WRITE);
      return;
    }
    Path fresh = beside();
    try {
      Files.writeString(fresh, text, StandardOpenOption.CREATE_NEW);
      Files.move(
          fresh, target(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  /** A device or a pipe, which nothing can be moved over. */
  private boolean isSpecial() {
    return Files.exists(path) && !Files.isRegularFile(path);
  }

  /** A link stays one: what it points to is replaced. */
  private Path target() throws IOException {
    return Files.isSymbolicLink(path) && Files.exists(path) ? path.toRealPath() : path;
  }

  private Path folder() {
    Path parent = path.toAbsolutePath().getParent();
    return parent == null ? path.toAbsolutePath() : parent;
  }

  private Path beside() {
    String name = "." + path.getFileName() + "." + ProcessHandle.current().pid() + ".tmp";
    try {
      return target().resolveSibling(name);
    } catch (IOException e) {
      return path.resolveSibling(name);
    }
  }

  /** An I/O fault in a few words, without the path. */
  static String why(IOException e) {
    String words =
        switch (e) {
          case AccessDeniedException denied -> "permission denied";
          case NoSuchFileException none -> "no such file or folder";
          case FileSystemException fault -> fault.getReason();
          default -> e.getMessage();
        };
    return lower(words == null ? e.getClass().getSimpleName() : words);
  }

  private static String lower(@Nullable String words) {
    String text = String.valueOf(words);
    return text.isEmpty()
        ? text
        : text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
  }
}
