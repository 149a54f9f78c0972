package io.lkagent.cli;

import java.util.List;
import java.util.function.Function;

/**
 * One worker to start: its name in the file, its settings and where each came from.
 *
 * @param again the same worker with what its app says below all other layers
 */
record NamedWorker(
    String name,
    WorkerOptions options,
    SecretSource secret,
    List<Setting> settings,
    Function<AppLayer, NamedWorker> again) {
  /** The name of the only worker when the file names none. */
  static final String ONLY = "default";

  /** The source of what nobody has set. */
  static final String DEFAULT = "default";

  /** One line of {@code --print-config}; {@code chosen} by the user, not by an app or by us. */
  record Setting(String option, String value, String source, boolean chosen) {
    Setting(String option, String value, String source) {
      this(option, value, source, false);
    }
  }

  /** Whether the user has set an option. */
  boolean chosen(String option) {
    return settings.stream()
        .anyMatch(setting -> setting.option().equals(option) && setting.chosen());
  }
}
