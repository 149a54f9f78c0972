package io.lkagent.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process whose program has an odd name. */
@Timeout(30)
final class OpenFilesTest {
  @TempDir Path folder;

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
      Path program = program();
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

  private Path program() throws Exception {
    try (Stream<Path> all = Files.list(folder.toRealPath())) {
      return all.findFirst().orElseThrow();
    }
  }
}
