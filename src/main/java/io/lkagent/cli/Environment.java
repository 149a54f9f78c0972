package io.lkagent.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
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
  private static final Set<String> FLAGS_ONLY = Set.of("--help", "--version", "--print-config");

  private Environment() {}

  /** The names in the order in which they are asked; the first one set answers. */
  static List<String> namesOf(OptionSpec option) {
    String flag = option.longestName();
    if (!flag.startsWith("--") || FLAGS_ONLY.contains(flag)) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    names.add("LKAGENT_" + flag.substring(2).replace('-', '_').toUpperCase(Locale.ROOT));
    String known = KNOWN_ELSEWHERE.get(flag);
    // The dev server's and the demo's ports are not the worker's health port.
    if (known != null && (!flag.equals("--port") || !isDevServer(option))) {
      names.add(known);
    }
    return names;
  }

  private static boolean isDevServer(OptionSpec option) {
    return option.command() != null && option.command().name().equals("dev-server");
  }
}
