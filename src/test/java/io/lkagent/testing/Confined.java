package io.lkagent.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a command can be started under to find itself in a poorer place: a user of its own, a pid or
 * mount namespace. Root needs nothing else; other users need the kernel's user namespaces.
 */
public final class Confined {
  // Nobody's, and another one each time: the kernel counts processes by user.
  private static final AtomicInteger USER =
      new AtomicInteger(300_000 + (int) (ProcessHandle.current().pid() % 10_000) * 10);

  private Confined() {}

  /**
   * A user whose processes the kernel counts from none, for limits on their number, which do not
   * bind root.
   */
  public static List<String> ownUser() {
    if (!root()) {
      return namespace();
    }
    String id = Integer.toString(USER.incrementAndGet());
    // Still able to read the class path, wherever that is.
    return checked(
        List.of(
            "setpriv",
            "--reuid=" + id,
            "--regid=" + id,
            "--clear-groups",
            "--inh-caps=-all,+dac_override",
            "--ambient-caps=-all,+dac_override"));
  }

  /** PID 1 of a pid namespace with a /proc of its own; it dies with the program that made it. */
  public static List<String> pidNamespace() {
    return checked(namespace("--pid", "--fork", "--kill-child", "--mount-proc"));
  }

  /** A mount namespace in which this shell script ran first. */
  public static List<String> mounts(String script) {
    List<String> line = new ArrayList<>(namespace("--mount", "--propagation", "private"));
    line.addAll(List.of("sh", "-c", "set -e; " + script + "; exec \"$@\"", "sh"));
    return checked(line);
  }

  /** The command on a terminal of its own; ends with its exit code. */
  static List<String> terminal(List<String> command) {
    StringBuilder line = new StringBuilder();
    for (String word : command) {
      line.append('\'').append(word.replace("'", "'\\''")).append("' ");
    }
    return List.of("script", "-qec", "exec " + line, "/dev/null");
  }

  private static List<String> namespace(String... options) {
    List<String> line = new ArrayList<>(List.of("unshare"));
    if (!root()) {
      line.addAll(List.of("--user", "--map-root-user"));
    }
    line.addAll(List.of(options));
    return line;
  }

  private static boolean root() {
    return System.getProperty("user.name").equals("root");
  }

  private static List<String> checked(List<String> under) {
    List<String> trial = new ArrayList<>(under);
    trial.add("true");
    try {
      Process process = new ProcessBuilder(trial).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
        fail(
            "this test needs "
                + under
                + ", which this system refuses ("
                + said
                + "): run it as root, or where user namespaces are allowed");
      }
      return under;
    } catch (IOException e) {
      throw new AssertionError("this test needs util-linux: " + under.getFirst(), e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
