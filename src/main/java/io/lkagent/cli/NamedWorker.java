package io.lkagent.cli;

import java.util.List;

/** One worker to start: its name in the file, its settings and where each came from. */
record NamedWorker(
    String name, WorkerOptions options, SecretSource secret, List<Setting> settings) {
  /** The name of the only worker when the file names none. */
  static final String ONLY = "default";

  /** One line of {@code --print-config}. */
  record Setting(String option, String value, String source) {}
}
