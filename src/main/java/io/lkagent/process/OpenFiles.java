package io.lkagent.process;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** The regular files that a process has mapped or open, as Linux's {@code /proc} tells them. */
public final class OpenFiles {
  /** The fields of a line of {@code maps} before the file's name. */
  private static final int NAME = 5;

  /** How the JVM reads and writes the names of files. */
  private static final Charset NAMES =
      Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

  private OpenFiles() {}

  /** Of one process; empty when it is gone or another user's. */
  public static Set<Path> of(long pid) {
    Set<Path> files = new TreeSet<>();
    Path process = ProcFiles.PROC.resolve(Long.toString(pid));
    ProcFiles.text(process.resolve("maps")).stream()
        .flatMap(String::lines)
        .map(line -> line.split(" +", NAME + 1))
        .filter(fields -> fields.length > NAME && fields[NAME].startsWith("/"))
        .forEach(fields -> addNamed(fields[NAME], files));
    for (Path descriptor : ProcFiles.entries(process.resolve("fd"))) {
      try {
        add(Files.readSymbolicLink(descriptor), files);
      } catch (IOException e) {
        // It was closed meanwhile.
      }
    }
    return files;
  }

  private static void addNamed(String bytes, Set<Path> into) {
    try {
      add(Path.of(new String(bytes.getBytes(StandardCharsets.ISO_8859_1), NAMES)), into);
    } catch (InvalidPathException e) {
      // A name that the JVM's encoding cannot write: it could not be opened either.
    }
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
