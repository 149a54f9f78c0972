package io.lkagent.ipc;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Lines of UTF-8 from a stream, never holding more than one line of the allowed length. */
public final class FrameReader {
  private final InputStream in;
  private final int limit;
  private final byte[] buffer = new byte[8192];
  private int start;
  private int end;

  /** Reads from {@code in}; lines longer than {@code limit} bytes are refused. */
  public FrameReader(InputStream in, int limit) {
    this.in = in;
    this.limit = limit;
  }

  /**
   * The next line without its end, or null at the end of the stream; a last line without an end is
   * no frame and is dropped.
   *
   * @throws FrameTooLongException when the line passes the limit; the stream is unusable then
   */
  public @Nullable String next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(0);
    while (true) {
      int newline = indexOfNewline();
      int stop = newline < 0 ? end : newline;
      if (line.size() + (stop - start) > limit) {
        throw new FrameTooLongException(limit);
      }
      line.write(buffer, start, stop - start);
      if (newline >= 0) {
        start = newline + 1;
        return line.toString(StandardCharsets.UTF_8);
      }
      if (!fill()) {
        return null;
      }
    }
  }

  private int indexOfNewline() {
    for (int i = start; i < end; i++) {
      if (buffer[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private boolean fill() throws IOException {
    int count = in.read(buffer, 0, buffer.length);
    start = 0;
    end = Math.max(count, 0);
    return count > 0;
  }
}
