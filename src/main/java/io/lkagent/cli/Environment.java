package io.lkagent.cli;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Which variables of the environment answer for an option. */
final class Environment {
  static final String API_SECRET = "LIVEKIT_API_SECRET";

  private static final Map<String, String> KNOWN_ELSEWHERE =
      Map.of(
          "--url", "LIVEKIT_URL",
          "--api-key", "LIVEKIT_API_KEY",
          "--api-secret-file", "LIVEKIT_API_SECRET_FILE",
          "--log-level", "LOG_LEVEL",
          "--port", "HEALTH_CHECK_PORT",
          "--max-jobs", "WORKER_MAX_JOBS",
          "--idle-timeout", "WORKER_IDLE_TIMEOUT");

  /** They ask for one thing of one call, so that a variable that sets them would surprise. */
  private static final Set<String> FLAGS_ONLY =
      Set.of(
          "--help",
          "--version",
          "--print-config",
          "--list",
          "--list-faults",
          "--explain",
          "--delete",
          "--no-wait",
          "--no-create-room");

  /** They mean the same wherever they are asked for; any other option is its own command's. */
  private static final Set<String> SHARED =
      Set.of(
          "--debug",
          "--quiet",
          "--config",
          "--runtime-dir",
          "--log-level",
          "--log-format",
          "--url",
          "--api-key",
          "--api-secret-file",
          "--ca-file",
          "--agent-name",
          "--output");

  private Environment() {}

  /** The names in the order in which they are asked; the first one set answers. */
  static List<String> namesOf(OptionSpec option) {
    String flag = option.longestName();
    if (!flag.startsWith("--") || FLAGS_ONLY.contains(flag)) {
      return List.of();
    }
    // Elsewhere --url is the LiveKit server; here it is a worker, and there can be several.
    if (flag.equals("--url") && prefix(option).equals("STATUS_")) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    String command = SHARED.contains(flag) ? "" : prefix(option);
    names.add("LKAGENT_" + command + upper(flag.substring(2)));
    String known = KNOWN_ELSEWHERE.get(flag);
    if (known != null && command.isEmpty()) {
      names.add(known);
    }
    return names;
  }

  /** The worker's own options need no prefix, and the health check asks the worker's port. */
  private static String prefix(OptionSpec option) {
    CommandSpec command = option.command();
    if (command == null || command.parent() == null) {
      return "";
    }
    String name = command.qualifiedName(" ").substring(command.root().name().length() + 1);
    boolean workers =
        name.equals("worker start") || (name.equals("probe-init") && ofTheAgent(option));
    boolean itsPort = name.equals("worker health") && option.longestName().equals("--port");
    return workers || itsPort ? "" : upper(name) + "_";
  }

  /** Whether it says which agent, as {@code worker start} does: then one variable is enough. */
  static boolean ofTheAgent(OptionSpec option) {
    return option.userObject() instanceof Field field
        && (field.getDeclaringClass() == JobOptions.class
            || field.getDeclaringClass() == AppChoice.class);
  }

  private static String upper(String words) {
    return words.replace('-', '_').replace(' ', '_').toUpperCase(Locale.ROOT);
  }
}
