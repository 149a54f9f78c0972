package io.lkagent.outside;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.json.Json;
import io.lkagent.json.JsonObject;
import io.lkagent.testing.Lkagent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/** {@code lkagent probe-init --cold}: what an agent reads must come from storage again. */
final class ProbeColdTest {
  private static final int SIZE = 1 << 20;

  /** It keeps one file of its package open, and has closed the other when it is ready. */
  private static final String AGENT =
      """
      echo '{"type":"hello","protocol":1,"pid":'$$',"runtime":"sh"}' >&3
      cat node_modules/pack/closed >/dev/null
      cat node_modules/pack/open >/dev/null
      exec 9<node_modules/pack/open
      while read -r line; do
        case $line in
        *'"init"'*) echo '{"type":"ready"}' >&3 ;;
        *'"ping"'*) t=${line##*'"t":'}; echo "{\\"type\\":\\"pong\\",\\"t\\":${t%%[!0-9-]*}}" >&3 ;;
        *'"shutdown"'*) exit 0 ;;
        esac
      done
      """;

  @TempDir(factory = OnTheDisk.class)
  Path folder;

  @Test
  void coldStarts_readTheAgentsFilesFromStorage_andWarmOnesDoNot() throws IOException {
    Files.writeString(folder.resolve("agent.sh"), AGENT);
    Path pack = Files.createDirectories(folder.resolve("node_modules/pack"));
    store(pack.resolve("open"));
    store(pack.resolve("closed"));
    try (Lkagent probe =
        Lkagent.start(
            folder,
            Map.of(),
            "probe-init",
            "--no-inside",
            "--exec=sh agent.sh",
            "--runs=2",
            "--cold=2",
            "--output=json")) {
      assertEquals(0, probe.awaitExit(), probe::said);
      JsonObject report = Json.parseObject(probe.stdout());
      // Of its files only those are kept in memory that lkagent runs on too, such as the C library.
      assertEquals(
          List.of(), notes(report).filter(note -> !note.contains("stay in memory")).toList());
      assertTrue(fromDisk(report, "cold", "min") >= 2 * SIZE, probe::said);
      assertTrue(fromDisk(report, "warm", "max") < SIZE, probe::said);
    }
  }

  private static Stream<String> notes(JsonObject report) {
    List<?> notes = assertInstanceOf(List.class, report.values().get("notes"));
    return notes.stream().map(String::valueOf);
  }

  private static double fromDisk(JsonObject report, String part, String figure) {
    JsonObject series =
        report.objects("series").stream()
            .filter(each -> each.string("part").equals(part))
            .findFirst()
            .orElseThrow();
    assertEquals(2, series.integer("ready", 0));
    return series.object("figures").object("disk").real(figure, -1);
  }

  /** Writes it through to the disk: what waits to be written cannot be forgotten. */
  private static void store(Path file) throws IOException {
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (ByteBuffer bytes = ByteBuffer.allocate(SIZE); bytes.hasRemaining(); ) {
        out.write(bytes);
      }
      out.force(true);
    }
  }

  /** Where the classes are: /tmp may be memory, which has nothing to be read from. */
  private static final class OnTheDisk implements TempDirFactory {
    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext extension)
        throws IOException {
      return Files.createTempDirectory(Path.of("target").toAbsolutePath(), "cold");
    }
  }
}
