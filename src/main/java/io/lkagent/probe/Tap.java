package io.lkagent.probe;

import io.lkagent.ipc.FromChild;
import io.lkagent.json.JsonException;
import io.lkagent.process.ForwardedProcess;
import io.lkagent.process.OsProcess;
import io.lkagent.time.Time;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.ObjLongConsumer;

/**
 * Stands between a supervisor and its process: passes on every byte, notes when each message came,
 * and can put a message of its own in between.
 */
final class Tap extends ForwardedProcess {
  /** Longer lines are passed on unread: no message that is waited for is as long. */
  private static final int LONGEST = 1 << 16;

  private final Time time;
  private final ObjLongConsumer<FromChild> heard;
  private final InputStream fromChild;
  private final OutputStream toChild;

  /**
   * @param heard gets each message and when its last byte was read, before the supervisor does
   */
  Tap(OsProcess process, Time time, ObjLongConsumer<FromChild> heard) {
    super(process);
    this.time = time;
    this.heard = heard;
    this.fromChild = new Listening(process.fromChild());
    this.toChild = new Speaking(process.toChild());
  }

  /** Sends the child a frame beside those of its supervisor; a child that is gone hears nothing. */
  void say(String frame) {
    try {
      toChild.write((frame + "\n").getBytes(StandardCharsets.UTF_8));
      toChild.flush();
    } catch (IOException e) {
      // Its exit says more.
    }
  }

  @Override
  public InputStream fromChild() {
    return fromChild;
  }

  @Override
  public OutputStream toChild() {
    return toChild;
  }

  private final class Listening extends FilterInputStream {
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    Listening(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int one = super.read();
      if (one >= 0) {
        take((byte) one, time.nanos());
      }
      return one;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = super.read(bytes, offset, length);
      long now = time.nanos();
      for (int i = offset; i < offset + count; i++) {
        take(bytes[i], now);
      }
      return count;
    }

    private void take(byte one, long now) {
      if (one != '\n') {
        if (line.size() <= LONGEST) {
          line.write(one);
        }
        return;
      }
      if (line.size() <= LONGEST) {
        message(line.toString(StandardCharsets.UTF_8), now);
      }
      line.reset();
    }

    private void message(String text, long now) {
      try {
        heard.accept(FromChild.parse(text), now);
      } catch (JsonException | ArithmeticException e) {
        // The supervisor will say so.
      }
    }
  }

  /** Whole frames only: the supervisor writes each with one call, and so does {@link #say}. */
  private static final class Speaking extends FilterOutputStream {
    Speaking(OutputStream out) {
      super(out);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public synchronized void flush() throws IOException {
      out.flush();
    }
  }
}
