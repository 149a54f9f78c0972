package io.lkagent.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a command can be started under to find itself in a poorer place: a user of its own, a pid or
 * mount namespace. Root needs nothing else; other users need the kernel's user namespaces.
 */
public final class Confined {
  // Nobody's, and another one each time: the kernel counts processes by user.
  private static final AtomicInteger USER =
      new AtomicInteger(300_000 + (int) (ProcessHandle.current().pid() % 10_000) * 10);

  private static final List<String> AS_USER = List.of("--user", "--map-root-user");

  private Confined() {}

  /**
   * A user whose processes the kernel counts from none, for limits on their number, which do not
   * bind root.
   */
  public static List<String> ownUser() {
    if (!root()) {
      return firstThatWorks(namespace(AS_USER));
    }
    String id = Integer.toString(USER.incrementAndGet());
    // Still able to read the class path, wherever that is.
    return firstThatWorks(
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
    List<String> options = List.of("--pid", "--fork", "--kill-child", "--mount-proc");
    return firstThatWorks(namespace(List.of(), options), namespace(AS_USER, options));
  }

  /** A mount namespace in which this shell script ran first. */
  public static List<String> mounts(String script) {
    List<String> options =
        List.of("--mount", "--propagation", "private", "sh", "-ec", script + "; exec \"$@\"", "sh");
    return firstThatWorks(namespace(List.of(), options), namespace(AS_USER, options));
  }

  /** The command on a terminal of its own; ends with its exit code. */
  static List<String> terminal(List<String> command) {
    StringBuilder line = new StringBuilder();
    for (String word : command) {
      line.append('\'').append(word.replace("'", "'\\''")).append("' ");
    }
    // A build in the background ignores SIGINT, and all that it starts would inherit that.
    return List.of("env", "--default-signal=INT", "script", "-qec", "exec " + line, "/dev/null");
  }

  @SafeVarargs
  private static List<String> namespace(List<String>... options) {
    List<String> line = new ArrayList<>(List.of("unshare"));
    for (List<String> some : options) {
      line.addAll(some);
    }
    return line;
  }

  private static boolean root() {
    return System.getProperty("user.name").equals("root");
  }

  @SafeVarargs
  private static List<String> firstThatWorks(List<String>... ways) {
    List<String> refusals = new ArrayList<>();
    for (List<String> way : ways) {
      String refusal = refusal(way);
      if (refusal.isEmpty()) {
        return way;
      }
      refusals.add(way + ": " + refusal);
    }
    return fail(
        "this system refuses what this test needs; run it as root, or where user namespaces are"
            + " allowed, with util-linux: "
            + refusals);
  }

  /** What a trial says; empty when it goes well. */
  private static String refusal(List<String> way) {
    List<String> trial = new ArrayList<>(way);
    trial.add("true");
    try {
      Process process = new ProcessBuilder(trial).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      return process.waitFor() == 0 ? "" : "exit code " + process.exitValue() + " " + said;
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
