package io.lkagent.cli;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The folder in which workers enter themselves, so that commands find them. */
final class RuntimeFolder {
  private RuntimeFolder() {}

  /** The given one, else {@code $XDG_RUNTIME_DIR/lkagent}, else one of the user's in /tmp. */
  static Path of(@Nullable Path given, Map<String, String> environment) {
    if (given != null) {
      return given.toAbsolutePath();
    }
    String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    return runtime.isEmpty()
        ? Path.of(
            System.getProperty("java.io.tmpdir"), "lkagent-" + System.getProperty("user.name"))
        : Path.of(runtime, "lkagent");
  }
}
