package io.lkagent.frameworks;

import io.lkagent.log.Log;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder of one app host, for its user alone: our script, the socket that its processes come to,
 * and what the host itself puts there. Its path is short, because a Unix socket's may have 107
 * bytes.
 */
final class AppFolder implements AutoCloseable {
  private static final Log log = Log.of(AppFolder.class);
  private static final int LONGEST = 80;
  private static final Pattern NAME = Pattern.compile("app-(\\d+)-.*");

  private final Path path;
  private final Path script;

  private AppFolder(Path path, Path script) {
    this.path = path;
    this.script = script;
  }

  /**
   * Makes one.
   *
   * @param root where, unless that is too long a path or others may write there
   */
  static AppFolder make(Path root, Language language) throws IOException {
    Path folder = folder(root);
    try {
      return new AppFolder(folder, write(folder, language.script()));
    } catch (IOException | RuntimeException e) {
      delete(folder);
      throw e;
    }
  }

  Path path() {
    return path;
  }

  Path script() {
    return script;
  }

  Path socket() {
    return path.resolve("fork.sock");
  }

  private static Path folder(Path root) throws IOException {
    String name = "app-" + ProcessHandle.current().pid() + "-";
    for (Path place : List.of(root, Path.of(System.getProperty("java.io.tmpdir"), ""))) {
      if (fits(place, name) && ours(place)) {
        sweep(place);
        return Files.createTempDirectory(place, name);
      }
    }
    // Sticky, so that nobody else can move what we make there.
    return Files.createTempDirectory(Path.of("/tmp"), "lkagent-" + name);
  }

  private static boolean fits(Path place, String name) {
    int random = 20;
    byte[] path = place.resolve(name).toString().getBytes(StandardCharsets.UTF_8);
    return path.length + random <= LONGEST;
  }

  /** Whoever else may write there could put another script in the place of ours. */
  private static boolean ours(Path place) {
    try {
      Files.createDirectories(place);
      Set<PosixFilePermission> others = Files.getPosixFilePermissions(place);
      boolean open =
          others.contains(PosixFilePermission.OTHERS_WRITE)
              || others.contains(PosixFilePermission.GROUP_WRITE);
      boolean mine = Files.getOwner(place).equals(Files.getOwner(ownProcess()));
      return mine && (!open || sticky(place));
    } catch (IOException | UnsupportedOperationException e) {
      log.debug("no place for an app's folder", "folder", place, "error", e.getMessage());
      return false;
    }
  }

  private static boolean sticky(Path place) throws IOException {
    return ((Integer) Files.getAttribute(place, "unix:mode") & 01000) != 0;
  }

  /** What certainly belongs to this process's user. */
  private static Path ownProcess() {
    Path process = Path.of("/proc/self");
    return Files.exists(process) ? process : Path.of(System.getProperty("user.home"));
  }

  /** Takes away what workers left that were killed. */
  private static void sweep(Path place) {
    try (Stream<Path> entries = Files.list(place)) {
      entries.filter(AppFolder::abandoned).forEach(AppFolder::delete);
    } catch (IOException e) {
      log.debug("cannot look for old folders", "folder", place, "error", e.getMessage());
    }
  }

  private static boolean abandoned(Path folder) {
    Matcher name = NAME.matcher(folder.getFileName().toString());
    if (!name.matches() || !Files.isDirectory(folder)) {
      return false;
    }
    try {
      Optional<ProcessHandle> owner = ProcessHandle.of(Long.parseLong(name.group(1)));
      return owner.filter(ProcessHandle::isAlive).isEmpty();
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static Path write(Path folder, String name) throws IOException {
    Path script = folder.resolve(name);
    Path partial =
        Files.createFile(
            folder.resolve(name + ".part"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (InputStream resource = AppFolder.class.getResourceAsStream(name)) {
      if (resource == null) {
        throw new IOException("this build has no " + name);
      }
      Files.copy(resource, partial, StandardCopyOption.REPLACE_EXISTING);
    }
    Files.setPosixFilePermissions(partial, PosixFilePermissions.fromString("rw-------"));
    return Files.move(partial, script, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      log.debug("an app's folder stays behind", "folder", folder, "error", e.getMessage());
    }
  }

  @Override
  public void close() {
    delete(path);
  }
}
