package io.lkagent.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of real processes. */
final class OpenFilesTest {
  @TempDir Path temporary = Path.of("unset");

  private Path folder = Path.of("unset");

  /** The kernel tells names without links. */
  @BeforeEach
  void resolve() throws Exception {
    folder = temporary.toRealPath();
  }

  @Test
  void of_ownProcess_areThoseMappedAndThoseOpen_andNoOthers() throws Exception {
    Path mapped = Files.writeString(folder.resolve("mapped, with blanks"), "mapped");
    Path open = Files.writeString(folder.resolve("open"), "open");
    Path gone = Files.writeString(folder.resolve("gone"), "gone");
    Path closed = Files.writeString(folder.resolve("closed"), "closed");
    assertEquals("closed", Files.readString(closed));
    try (Arena arena = Arena.ofConfined();
        InputStream first = Files.newInputStream(open);
        InputStream second = Files.newInputStream(gone)) {
      try (FileChannel channel = FileChannel.open(mapped)) {
        var segment = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        assertEquals('m', segment.get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0));
      }
      Files.delete(gone);
      assertEquals(Set.of(mapped, open), inFolder(ProcessHandle.current().pid()));
      assertEquals('o', first.read());
      assertEquals('g', second.read());
    }
    assertEquals(Set.of(), inFolder(ProcessHandle.current().pid()));
  }

  @Test
  void of_anotherProcess_areItsProgramAndWhatItHasOpen() throws Exception {
    Path open = Files.writeString(folder.resolve("open"), "open");
    Process shell =
        new ProcessBuilder("/bin/sh", "-c", "exec 9<\"$0\"; echo opened; read end", open.toString())
            .directory(folder.toFile())
            .start();
    try {
      assertEquals("opened", shell.inputReader().readLine());
      Set<Path> files = OpenFiles.of(shell.pid());
      assertTrue(files.contains(Path.of("/bin/sh").toRealPath()), files::toString);
      assertEquals(Set.of(open), inFolder(shell.pid()));
      // Its pipes, /proc's and /dev's files are none that a disk holds.
      assertTrue(files.stream().allMatch(Files::isRegularFile), files::toString);
      assertFalse(files.stream().anyMatch(file -> file.startsWith("/proc")), files::toString);
    } finally {
      shell.destroyForcibly();
    }
    shell.waitFor();
    assertEquals(Set.of(), OpenFiles.of(shell.pid()));
  }

  private Set<Path> inFolder(long pid) {
    return OpenFiles.of(pid).stream()
        .filter(file -> file.startsWith(folder))
        .collect(Collectors.toSet());
  }
}
