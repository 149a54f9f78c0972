package io.lkagent.control;

import io.lkagent.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A worker's entry in the runtime folder, where commands find it: {@code NAME-PID/worker.json} and
 * {@code NAME-PID/control.sock}, readable by its user alone.
 */
public final class RuntimeEntry implements AutoCloseable {
  static final String DESCRIPTION = "worker.json";
  static final String SOCKET = "control.sock";

  private final Path folder;
  private final ControlSocket socket;

  private RuntimeEntry(Path folder, ControlSocket socket) {
    this.folder = folder;
    this.socket = socket;
  }

  /**
   * Enters a worker.
   *
   * @param root the runtime folder; made when it is missing
   * @throws IOException when the folder cannot be written
   */
  public static RuntimeEntry enter(
      Path root,
      String name,
      Map<String, @Nullable Object> description,
      Function<String, Map<String, @Nullable Object>> commands)
      throws IOException {
    Files.createDirectories(root);
    Path folder = root.resolve(safe(name) + "-" + ProcessHandle.current().pid());
    delete(folder);
    Files.createDirectory(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.writeString(folder.resolve(DESCRIPTION), Json.write(description) + "\n");
    return new RuntimeEntry(folder, ControlSocket.open(folder.resolve(SOCKET), commands));
  }

  private static String safe(String name) {
    String kept = name.replaceAll("[^A-Za-z0-9._-]", "_");
    return kept.length() > 40 ? kept.substring(0, 40) : kept;
  }

  static void delete(Path folder) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // A folder that stays behind is found to be dead by its pid.
    }
  }

  @Override
  public void close() {
    socket.close();
    delete(folder);
  }
}
