package io.lkagent.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An API key and its secret, read again at each use, so that keys can be rotated. */
public final class Credentials {
  /** A key and a secret that were read together. */
  public record Pair(String key, String secret) {
    public Pair {
      if (key.isBlank() || secret.isBlank()) {
        throw new CredentialsException(
            "no API key or secret: set LIVEKIT_API_KEY and LIVEKIT_API_SECRET");
      }
    }

    @Override
    public String toString() {
      return "Pair[key=" + key + ", secret=***]";
    }
  }

  private final Supplier<Pair> source;
  private final String description;

  private Credentials(Supplier<Pair> source, String description) {
    this.source = source;
    this.description = description;
  }

  public static Credentials of(String key, String secret) {
    Pair pair = new Pair(key, secret);
    return new Credentials(() -> pair, "given");
  }

  /** From {@code LIVEKIT_API_KEY} and {@code LIVEKIT_API_SECRET}. */
  public static Credentials fromEnvironment(Map<String, String> environment) {
    return new Credentials(
        () ->
            new Pair(
                environment.getOrDefault("LIVEKIT_API_KEY", "").strip(),
                environment.getOrDefault("LIVEKIT_API_SECRET", "").strip()),
        "environment");
  }

  /** From the first line {@code key: secret} of a file, as livekit-server's own key file has it. */
  public static Credentials fromFile(Path file) {
    return new Credentials(() -> keyLine(file), file.toString());
  }

  /** The key as given, the secret alone in a file, as container platforms mount it. */
  public static Credentials fromSecretFile(String key, Path file) {
    return new Credentials(() -> new Pair(key, read(file).strip()), file.toString());
  }

  /** The key as given, the secret asked for at each use. */
  public static Credentials from(String key, Supplier<String> secret) {
    return new Credentials(() -> new Pair(key, secret.get()), "given");
  }

  /** Both as they are now. */
  public Pair current() {
    return source.get();
  }

  public String key() {
    return current().key();
  }

  public String secret() {
    return current().secret();
  }

  @Override
  public String toString() {
    return "Credentials[" + description + ", secret=***]";
  }

  private static Pair keyLine(Path file) {
    @Nullable String line =
        read(file)
            .lines()
            .map(String::strip)
            .filter(Credentials::hasContent)
            .findFirst()
            .orElse(null);
    int colon = line == null ? -1 : line.indexOf(':');
    if (line == null || colon < 0) {
      throw new CredentialsException("the key file " + file + " has no line \"key: secret\"");
    }
    return new Pair(unquoted(line.substring(0, colon)), unquoted(line.substring(colon + 1)));
  }

  private static boolean hasContent(String line) {
    return !line.isEmpty() && !line.startsWith("#");
  }

  private static String unquoted(String text) {
    return text.strip().replaceAll("^([\"'])(.*)\\1$", "$2");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new CredentialsException(
          "cannot read the API secret from " + file + " (" + e.getClass().getSimpleName() + ")");
    }
  }
}
