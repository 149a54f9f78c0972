package io.lkagent.process;

import io.lkagent.log.Log;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Small files of the kernel, read whole; what is missing or forbidden is simply empty. */
final class ProcFiles {
  static final Path PROC = Path.of("/proc");
  static final Path CGROUPS = Path.of("/sys/fs/cgroup");

  private static final Log log = Log.of(ProcFiles.class);
  private static final AtomicBoolean said = new AtomicBoolean();

  private ProcFiles() {}

  static Optional<String> text(Path file) {
    try {
      // Not UTF-8: a process may have any bytes in its name or environment.
      return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
    } catch (IOException | SecurityException e) {
      return Optional.empty();
    }
  }

  /** What is in a folder: as much of it as could be read before its process was gone. */
  static List<Path> entries(Path folder) {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      entries.forEach(found::add);
    } catch (IOException | DirectoryIteratorException e) {
      // What was read before stands.
    }
    return found;
  }

  /** The number behind {@code key} on a line of its own, as in {@code "Pss: 1234 kB"}. */
  static OptionalLong value(Optional<String> text, String key) {
    return text.stream()
        .flatMap(String::lines)
        .filter(line -> line.startsWith(key) && line.length() > key.length())
        .filter(line -> key.endsWith(":") || Character.isWhitespace(line.charAt(key.length())))
        .map(line -> number(line.substring(key.length()).strip().split("\\s+", -1)[0]))
        .findFirst()
        .orElse(OptionalLong.empty());
  }

  static OptionalLong number(@Nullable String text) {
    try {
      return text == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text.strip()));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** Says, once in a process's life, that this system has no figures for us. */
  static void sayOnceIfMissing(Path proc) {
    if (!Files.isDirectory(proc.resolve("self")) && said.compareAndSet(false, true)) {
      log.info("this system has no /proc: no memory or load of processes is measured");
    }
  }
}
