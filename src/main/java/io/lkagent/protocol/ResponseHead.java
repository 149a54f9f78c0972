package io.lkagent.protocol;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The status and headers of an HTTP response, header names in lower case. */
record ResponseHead(int status, Map<String, String> headers) {
  private static final int MAX_BYTES = 64 << 10;

  /** Reads it byte by byte, and nothing of what follows it. */
  static ResponseHead read(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int ends = 0;
    while (ends < 2) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException();
      }
      if (bytes.size() == MAX_BYTES) {
        throw new IOException("its answer is too long");
      }
      bytes.write(next);
      ends = next == '\n' ? ends + 1 : next == '\r' ? ends : 0;
    }
    return parse(bytes.toString(StandardCharsets.ISO_8859_1));
  }

  private static ResponseHead parse(String text) throws IOException {
    String[] lines = text.split("\r?\n", -1);
    if (!lines[0].matches("HTTP/1\\.\\d \\d{3}.*")) {
      throw new IOException("it does not speak HTTP");
    }
    Map<String, String> headers = new HashMap<>();
    for (String line : lines) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        headers.put(
            line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
            line.substring(colon + 1).strip());
      }
    }
    return new ResponseHead(Integer.parseInt(lines[0].substring(9, 12)), headers);
  }

  @Nullable String header(String name) {
    return headers.get(name);
  }
}
