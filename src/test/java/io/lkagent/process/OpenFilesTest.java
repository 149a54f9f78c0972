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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of real processes. */
@Timeout(30)
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

  /** In UTF-8 and in an encoding of the West; at most one is what this JVM writes. */
  @ParameterizedTest
  @ValueSource(strings = {"plain", "sh\\303\\251", "sh\\351", "two words"})
  void of_programOfAnyName_isFoundWhenTheNameCanBeWritten(String bytes) throws Exception {
    Process process =
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                "cd \"$0\" && f=$(printf \"$1\") && cp /bin/sh \"$f\" && exec \"./$f\" -c 'echo up; read x'",
                folder.toString(),
                bytes)
            .start();
    try {
      assertEquals('u', process.getInputStream().read());
      Set<Path> files = OpenFiles.of(process.pid());
      Path program = onlyFile();
      assertEquals(program.toString().indexOf('\uFFFD') < 0, files.contains(program));
      assertTrue(files.stream().anyMatch(file -> file.toString().contains(".so")), files::toString);
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void of_noProcess_isEmpty() {
    assertEquals(Set.of(), OpenFiles.of(Long.MAX_VALUE));
  }

  private Path onlyFile() throws Exception {
    try (Stream<Path> all = Files.list(folder)) {
      return all.findFirst().orElseThrow();
    }
  }

  private Set<Path> inFolder(long pid) {
    return OpenFiles.of(pid).stream()
        .filter(file -> file.startsWith(folder))
        .collect(Collectors.toSet());
  }
}
