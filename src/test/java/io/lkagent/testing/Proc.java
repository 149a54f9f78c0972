package io.lkagent.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What {@code /proc} says of processes; of one that is gone, nothing. */
public final class Proc {
  private Proc() {}

  /** The processes that live; zombies are not among them. */
  public static List<Long> all() {
    List<Long> pids = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path folder : folders) {
        long pid = Long.parseLong(folder.getFileName().toString());
        String state = statAfterName(pid);
        if (!state.isEmpty() && !state.startsWith("Z")) {
          pids.add(pid);
        }
      }
    } catch (IOException e) {
      throw new AssertionError("this test needs Linux's /proc", e);
    }
    return pids;
  }

  public static long parent(long pid) {
    String stat = statAfterName(pid);
    return stat.isEmpty() ? 0 : Long.parseLong(stat.split(" ", 3)[1]);
  }

  public static Map<String, String> environment(long pid) {
    Map<String, String> variables = new HashMap<>();
    for (String entry : text(pid, "environ").split("\0", -1)) {
      int equals = entry.indexOf('=');
      if (equals > 0) {
        variables.put(entry.substring(0, equals), entry.substring(equals + 1));
      }
    }
    return variables;
  }

  public static String commandLine(long pid) {
    return text(pid, "cmdline").replace('\0', ' ');
  }

  /** Its resident memory in bytes. */
  public static long resident(long pid) {
    for (String line : text(pid, "status").split("\n", -1)) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
      }
    }
    return 0;
  }

  private static String statAfterName(long pid) {
    String stat = text(pid, "stat");
    // The name in parentheses can hold anything, spaces and parentheses included.
    return stat.isEmpty() ? "" : stat.substring(stat.lastIndexOf(')') + 2);
  }

  public static String text(long pid, String file) {
    try {
      return new String(
          Files.readAllBytes(Path.of("/proc", Long.toString(pid), file)), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }
}
