package io.lkagent.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/** An API key and its secret, read anew at each use so that they can be rotated; never printed. */
public final class Credentials {
  private final Supplier<String> key;
  private final Supplier<String> secret;

  private Credentials(Supplier<String> key, Supplier<String> secret) {
    this.key = key;
    this.secret = secret;
  }

  public static Credentials of(String key, String secret) {
    return new Credentials(() -> key, () -> secret);
  }

  /** Both are asked for at each use. */
  public static Credentials from(Supplier<String> key, Supplier<String> secret) {
    return new Credentials(key, secret);
  }

  /** The secret is the file's text without the white space around it. */
  public static Credentials fromFile(String key, Path secretFile) {
    return new Credentials(() -> key, () -> read(secretFile));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the API secret from " + file, e);
    }
  }

  public String key() {
    return key.get();
  }

  /**
   * The secret.
   *
   * @throws UncheckedIOException when its file cannot be read now
   */
  public String secret() {
    return secret.get();
  }

  @Override
  public String toString() {
    return "Credentials[key " + key.get() + ", secret ***]";
  }
}
