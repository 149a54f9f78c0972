package io.lkagent.agents;

import io.lkagent.log.Log;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The installed ahead-of-time caches of job processes, each with its checksum in its name ({@code
 * job-CRC32.aot}). A JVM aborts on a cache with a wrong byte, and a worker whose processes all
 * abort is worse than one whose processes start more slowly; so each is checked once per worker.
 */
public final class JobCaches {
  /** What a cache was made with: one that fits the class path only in part serves badly. */
  public enum Kind {
    /** Our own classes, and the user's behind them. */
    JOB,
    /** Our own classes and onnxruntime's. */
    ONNXRUNTIME;

    private String prefix() {
      return name().toLowerCase(Locale.ROOT) + "-";
    }
  }

  /** Set by the launcher, once it has found that caches, jars and JDK belong together. */
  private static final String PROPERTY = "lkagent.caches";

  private static final String END = ".aot";
  private static final Log log = Log.of(JobCaches.class);
  private static final int CHUNK = 1 << 20;

  private final Path folder;
  private final Map<Kind, List<String>> arguments = new EnumMap<>(Kind.class);

  private JobCaches(Path folder) {
    this.folder = folder;
  }

  /** Those that the launcher names; null when there are none that fit. */
  static @Nullable JobCaches installed() {
    String folder = System.getProperty(PROPERTY, "");
    return folder.isEmpty() ? null : new JobCaches(Path.of(folder));
  }

  /** Gives a new cache its name. */
  public static void seal(Path file, Kind kind) throws IOException {
    Files.move(file, file.resolveSibling(name(file, kind)), StandardCopyOption.ATOMIC_MOVE);
  }

  /** The JVM arguments that use a cache; none when it is not there or damaged. */
  synchronized List<String> arguments(Kind kind) {
    return arguments.computeIfAbsent(kind, this::find);
  }

  private List<String> find(Kind kind) {
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(folder, kind.prefix() + "*" + END)) {
      for (Path file : files) {
        if (file.endsWith(name(file, kind))) {
          return List.of(
              "-XX:AOTCache=" + file,
              "-XX:+UnlockDiagnosticVMOptions",
              // At the address where it was made, so that its pages stay shared between processes.
              "-XX:ArchiveRelocationMode=0",
              // What the training found to be hot is not what a start needs: 6 ms CPU of 41.
              "-XX:-AOTReplayTraining");
        }
        log.warn("a cache of job processes is damaged; they start without it", "file", file);
      }
    } catch (IOException e) {
      log.warn("the caches of job processes cannot be read; they start without", "folder", folder);
    }
    return List.of();
  }

  private static String name(Path file, Kind kind) throws IOException {
    return kind.prefix() + "%08x".formatted(checksum(file)) + END;
  }

  private static long checksum(Path file) throws IOException {
    CRC32 crc = new CRC32();
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      while (in.read(chunk.clear()) >= 0) {
        crc.update(chunk.flip());
      }
    }
    return crc.getValue();
  }
}
