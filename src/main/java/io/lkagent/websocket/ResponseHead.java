package io.lkagent.websocket;

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
public record ResponseHead(int status, Map<String, String> headers) {
  private static final int MAX_BYTES = 64 << 10;
  private static final String VERSION = "HTTP/1.";
  private static final int STATUS_AT = VERSION.length() + 2;
  private static final int STATUS_END = STATUS_AT + 3;

  /** Reads it byte by byte, and nothing of what follows it. */
  public static ResponseHead read(InputStream in) throws IOException {
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

  /** By hand: the first regular expression costs a job process three milliseconds. */
  private static ResponseHead parse(String text) throws IOException {
    int status = status(text);
    Map<String, String> headers = new HashMap<>();
    int start = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      String line = text.substring(start, end);
      int colon = line.indexOf(':');
      if (colon > 0) {
        headers.put(
            line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
            line.substring(colon + 1).strip());
      }
      start = end + 1;
    }
    return new ResponseHead(status, headers);
  }

  private static int status(String text) throws IOException {
    boolean http = text.startsWith(VERSION) && text.length() > STATUS_END;
    http = http && digit(text, STATUS_AT - 2) && text.charAt(STATUS_AT - 1) == ' ';
    for (int i = STATUS_AT; http && i < STATUS_END; i++) {
      http = digit(text, i);
    }
    if (!http) {
      throw new IOException("it does not speak HTTP");
    }
    return Integer.parseInt(text, STATUS_AT, STATUS_END, 10);
  }

  private static boolean digit(String text, int at) {
    return text.charAt(at) >= '0' && text.charAt(at) <= '9';
  }

  public @Nullable String header(String name) {
    return headers.get(name);
  }
}
