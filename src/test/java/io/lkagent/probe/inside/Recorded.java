package io.lkagent.probe.inside;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** What real runtimes wrote, kept as files. */
final class Recorded {
  private Recorded() {}

  static List<String> lines(String name) {
    try (InputStream in = Recorded.class.getResourceAsStream("/inside/" + name)) {
      byte[] bytes = Objects.requireNonNull(in, name).readAllBytes();
      return new String(bytes, StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
