package io.lkagent.process;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** The regular files that a process has mapped or open, as Linux's {@code /proc} tells them. */
public final class OpenFiles {
  /** The fields of a line of {@code maps} before the file's name. */
  private static final int NAME = 5;

  private OpenFiles() {}

  /** Of one process; empty when it is gone or another user's. */
  public static Set<Path> of(long pid) {
    Set<Path> files = new TreeSet<>();
    Path process = ProcFiles.PROC.resolve(Long.toString(pid));
    ProcFiles.text(process.resolve("maps")).stream()
        .flatMap(String::lines)
        .map(line -> line.split(" +", NAME + 1))
        .filter(fields -> fields.length > NAME && fields[NAME].startsWith("/"))
        .forEach(fields -> add(Path.of(fields[NAME]), files));
    try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path descriptor : open) {
        add(Files.readSymbolicLink(descriptor), files);
      }
    } catch (IOException e) {
      // It is gone: what was read before stands.
    }
    return files;
  }

  private static void add(Path file, Set<Path> into) {
    if (file.isAbsolute()
        && !file.startsWith("/dev")
        && !file.startsWith(ProcFiles.PROC)
        && Files.isRegularFile(file)) {
      into.add(file);
    }
  }
}
