package io.lkagent.agents;

import io.lkagent.log.Log;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * The installed ahead-of-time cache of the job process, which carries its checksum in its name
 * ({@code job-CRC32.aot}). A JVM aborts on a cache with a wrong byte, and a worker whose processes
 * all abort is worse than one whose processes start more slowly; so it is checked once per worker.
 */
public record JobCache(Path file) {
  /** Set by the launcher, once it has found that cache, jars and JDK belong together. */
  private static final String PROPERTY = "lkagent.job-cache";

  private static final Log log = Log.of(JobCache.class);
  private static final int CHUNK = 1 << 20;

  /** The cache that the launcher names, when it is whole. */
  static Optional<JobCache> installed() {
    String name = System.getProperty(PROPERTY, "");
    if (name.isEmpty()) {
      return Optional.empty();
    }
    Path file = Path.of(name);
    try {
      if (file.endsWith(sealedName(file))) {
        return Optional.of(new JobCache(file));
      }
      log.warn("the cache of job processes is damaged; they start without it", "file", name);
    } catch (IOException e) {
      log.warn("the cache of job processes cannot be read; they start without it", "file", name);
    }
    return Optional.empty();
  }

  /** Gives a new cache its name with the checksum in it. */
  public static void seal(Path file) throws IOException {
    Files.move(file, file.resolveSibling(sealedName(file)), StandardCopyOption.ATOMIC_MOVE);
  }

  private static String sealedName(Path file) throws IOException {
    return "job-%08x.aot".formatted(checksum(file));
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

  /** At the address where it was made, so that its pages stay shared between processes. */
  List<String> arguments() {
    return List.of(
        "-XX:AOTCache=" + file, "-XX:+UnlockDiagnosticVMOptions", "-XX:ArchiveRelocationMode=0");
  }
}
