package io.lkagent.log;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Printable lines of any byte stream, none of them longer than {@link #LONGEST} bytes. */
final class ChildLines {
  /** What is kept of a line. */
  static final int LONGEST = 16 * 1024;

  /** Read beyond the cut, so that a secret that lies across it is still recognised. */
  private static final int MARGIN = 1024;

  private final InputStream in;
  private final byte[] buffer = new byte[8192];
  private byte[] line = new byte[256];
  private int start;
  private int end;

  ChildLines(InputStream in) {
    this.in = in;
  }

  /** The next line, or null at the end of the stream; a last line needs no end. */
  @Nullable String next() throws IOException {
    int kept = 0;
    long length = 0;
    while (true) {
      if (start == end && !fill()) {
        return length == 0 ? null : text(kept, length);
      }
      int stop = start;
      while (stop < end && buffer[stop] != '\n') {
        stop++;
      }
      kept = keep(kept, stop);
      length += stop - start;
      boolean whole = stop < end;
      start = whole ? stop + 1 : stop;
      if (whole) {
        return text(kept, length);
      }
    }
  }

  private int keep(int kept, int stop) {
    int count = Math.min(stop - start, LONGEST + MARGIN - kept);
    if (kept + count > line.length) {
      line = Arrays.copyOf(line, Math.min(LONGEST + MARGIN, 2 * (kept + count)));
    }
    System.arraycopy(buffer, start, line, kept, count);
    return kept + count;
  }

  private boolean fill() throws IOException {
    start = 0;
    end = Math.max(in.read(buffer), 0);
    return end > 0;
  }

  private String text(int kept, long length) {
    String text = Printable.of(new String(line, 0, kept, StandardCharsets.UTF_8));
    if (length <= LONGEST) {
      return text;
    }
    String masked = Secrets.ofThisProcess().mask(text);
    int cut = Math.min(masked.length(), LONGEST);
    return masked.substring(0, cut) + " [cut: the line has " + length + " bytes]";
  }
}
