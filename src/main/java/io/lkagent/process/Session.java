package io.lkagent.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is alive of a job process's session, itself left out: processes with its session id, and
 * those that left the session by a setsid of their own and still carry its mark in their
 * environment.
 */
final class Session {
  /** For a session that is known by its mark alone. */
  static final long NO_LEADER = -1;

  private final long leader;
  private final byte[] mark;

  Session(long leader, String id) {
    this.leader = leader;
    this.mark = (OsProcess.ID_VARIABLE + "=" + id).getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Living members, zombies left out; empty where the system has no /proc. */
  List<ProcessHandle> members() {
    try (var entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      ArrayList<ProcessHandle> members = new ArrayList<>();
      for (Path entry : entries) {
        long pid = Long.parseLong(entry.getFileName().toString());
        if (pid != leader && belongs(entry)) {
          Optional<ProcessHandle> handle = ProcessHandle.of(pid);
          handle.ifPresent(members::add);
        }
      }
      return members;
    } catch (IOException e) {
      return List.of();
    }
  }

  private boolean belongs(Path entry) {
    try {
      String stat = Files.readString(entry.resolve("stat"), StandardCharsets.ISO_8859_1);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 5);
      if (fields[0].equals("Z") || fields[0].equals("X")) {
        return false;
      }
      return Long.parseLong(fields[3]) == leader || marked(entry);
    } catch (IOException | RuntimeException e) {
      return false; // gone meanwhile, or not ours to read
    }
  }

  private boolean marked(Path entry) throws IOException {
    byte[] environment = Files.readAllBytes(entry.resolve("environ"));
    return new String(environment, StandardCharsets.ISO_8859_1)
        .contains(new String(mark, StandardCharsets.ISO_8859_1));
  }
}
