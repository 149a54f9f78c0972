package io.lkagent.probe;

import io.lkagent.process.OpenFiles;
import io.lkagent.process.ProcessSpec;
import io.lkagent.process.SideCommand;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An agent's files, put out of the system's cache before a cold start: those that its processes
 * have mapped or open, and all of the packages that these come from.
 */
final class ColdFiles {
  /** Folders in which one mapped file stands for many that were read and closed again. */
  private static final Set<String> PACKAGES =
      Set.of("site-packages", "dist-packages", "node_modules", "__pycache__");

  private static final int MOST = 20_000;
  private static final int AT_ONCE = 500;
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final Path DROP_ALL = Path.of("/proc/sys/vm/drop_caches");

  /**
   * GNU's {@code dd} so told reads nothing, and has the kernel forget the file's pages. One whose
   * name cannot be written here, or that is gone by now, is left out.
   */
  private static final String FORGET =
      "for f; do [ -e \"$f\" ] || continue; dd if=\"$f\" iflag=nocache count=0 status=none 2>/dev/null || bad=1; done; exit ${bad:-0}";

  private final Set<Path> files = Collections.synchronizedSet(new TreeSet<>());
  private final SideCommand commands = new SideCommand();
  private volatile boolean all;

  /** Remembers what a process that is ready has mapped or open. */
  void add(long pid) {
    if (pid > 0) {
      files.addAll(OpenFiles.of(pid));
    }
  }

  /** How many of the files this process itself keeps in memory, as nobody can take them out. */
  long kept() {
    Set<Path> own = OpenFiles.of(ProcessHandle.current().pid());
    return known().stream().filter(own::contains).count();
  }

  int count() {
    return files.size();
  }

  /** Whether the whole system's cache may be emptied instead. */
  static boolean mayDropAll() {
    return Files.isWritable(DROP_ALL);
  }

  /** From now on the whole system's cache is emptied. */
  void dropAll() {
    all = true;
  }

  /** Ends what runs, for good. */
  void stop() {
    commands.stop();
  }

  /**
   * Puts them out of the cache.
   *
   * @throws IOException when the system does not do it for every file
   */
  void forget() throws IOException, InterruptedException {
    if (all) {
      Files.writeString(DROP_ALL, "1");
      return;
    }
    List<Path> every = new ArrayList<>(withTheirPackages());
    @Nullable IOException failed = null;
    for (int i = 0; i < every.size(); i += AT_ONCE) {
      try {
        forget(every.subList(i, Math.min(every.size(), i + AT_ONCE)));
      } catch (IOException e) {
        failed = failed == null ? e : failed;
      }
    }
    if (failed != null) {
      throw failed;
    }
  }

  private void forget(List<Path> some) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of("/bin/sh", "-c", FORGET, "forget"));
    some.forEach(file -> line.add(file.toString()));
    SideCommand.Result result =
        commands.run(new ProcessSpec(line, Map.of(), Set.of(), null), LIMIT);
    if (result.exit() != 0) {
      throw new IOException("dd cannot do it for every file (GNU's can, of readable files)");
    }
  }

  private List<Path> known() {
    synchronized (files) {
      return List.copyOf(files);
    }
  }

  private Set<Path> withTheirPackages() throws IOException {
    Set<Path> every = new TreeSet<>(known());
    Set<Path> roots = new TreeSet<>();
    known().forEach(file -> roots.addAll(packages(file)));
    for (Path root : roots) {
      collect(root, every);
    }
    return every;
  }

  /** The outermost folder of packages that a file is in, and Python's own library. */
  private static List<Path> packages(Path file) {
    Path prefix = file.getRoot();
    for (Path name : file) {
      prefix = prefix == null ? name : prefix.resolve(name);
      String text = name.toString();
      if (PACKAGES.contains(text)
          || (text.startsWith("python3.") && Files.exists(prefix.resolve("os.py")))) {
        return List.of(prefix);
      }
    }
    return List.of();
  }

  private static void collect(Path root, Set<Path> into) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && attributes.size() > 0) {
              into.add(file);
            }
            return into.size() < MOST ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
