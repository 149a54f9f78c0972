package io.lkagent.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where the API secret is read from, each time anew so that it can be changed while we run. */
final class SecretSource {
  private final @Nullable Path file;
  private final @Nullable String fromEnvironment;

  private SecretSource(@Nullable Path file, @Nullable String fromEnvironment) {
    this.file = file;
    this.fromEnvironment = fromEnvironment;
  }

  static SecretSource of(@Nullable Path file, Map<String, String> environment, Path base) {
    return new SecretSource(
        file == null ? null : base.resolve(file), environment.get(Environment.API_SECRET));
  }

  /** The secret as it is now; empty when none is configured. A file wins over the environment. */
  Optional<String> read() {
    if (file == null) {
      return Optional.ofNullable(fromEnvironment).filter(secret -> !secret.isEmpty());
    }
    try {
      String secret = Files.readString(file).strip();
      if (secret.isEmpty()) {
        throw new UsageException("--api-secret-file: " + file + " is empty");
      }
      return Optional.of(secret);
    } catch (IOException e) {
      throw new UsageException("--api-secret-file: " + file + " cannot be read");
    }
  }

  /** Says where it comes from, never what it is. */
  @Override
  public String toString() {
    if (file != null) {
      return "set, from " + file;
    }
    return fromEnvironment == null || fromEnvironment.isEmpty()
        ? "not set"
        : "set, from " + Environment.API_SECRET;
  }
}
