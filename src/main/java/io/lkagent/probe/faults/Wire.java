package io.lkagent.probe.faults;

import io.lkagent.ipc.FrameReader;
import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.JobProtocol;
import io.lkagent.json.JsonException;
import io.lkagent.process.ForwardedProcess;
import io.lkagent.process.OsProcess;
import io.lkagent.time.Time;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Stands between a supervisor and its process, and can hold, change, drop and add frames. */
final class Wire extends ForwardedProcess {
  /** In the queue to the agent: close its input. */
  private static final String CLOSE = "";

  private final Tamper tamper;
  private final Consumer<FromChild> heard;
  private final Consumer<String> told;
  private final Gate channel;
  private final InputStream fromChild;
  private final InputStream output;
  private final OutputStream toChild = new Speaking();
  private final LinkedBlockingQueue<String> queue = new LinkedBlockingQueue<>();
  private final List<String> held = new ArrayList<>();
  private boolean holding;

  /**
   * @param heard gets each message of the agent, before the supervisor does
   * @param told gets each frame to the agent that is on its way
   * @param holding whether frames to the agent wait from the first on
   */
  Wire(
      OsProcess process,
      Tamper tamper,
      Consumer<FromChild> heard,
      Consumer<String> told,
      boolean holding,
      Time time) {
    super(process);
    this.tamper = tamper;
    this.heard = heard;
    this.told = told;
    this.holding = holding;
    this.channel = new Gate(time);
    this.fromChild = new Listening(process.fromChild());
    this.output = new Gated(process.output(), channel);
    Thread.ofPlatform().daemon().name("fault-writer").start(this::write);
  }

  /** Puts a frame of its own on the way to the agent, past those that are held. */
  void say(String frame) {
    queue.add(frame);
  }

  /** Lets the frames go that were held. */
  synchronized void release() {
    holding = false;
    queue.addAll(held);
    held.forEach(told);
    held.clear();
  }

  /** The agent's input ends, behind what was said before. */
  void hangUp() {
    queue.add(CLOSE);
  }

  /** Neither the agent's channel nor its output is read from now on. */
  void stopReading() {
    channel.close();
  }

  void readAgain() {
    channel.open();
  }

  private synchronized void pass(String frame) {
    if (holding) {
      held.add(frame);
    } else {
      queue.add(frame);
      told.accept(frame);
    }
  }

  private void write() {
    try (OutputStream out = process().toChild()) {
      for (String frame = queue.take(); !frame.equals(CLOSE); frame = queue.take()) {
        out.write((frame + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
      }
    } catch (IOException e) {
      // It reads no more; its exit says why.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
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

  @Override
  public InputStream output() {
    return output;
  }

  @Override
  public void kill() {
    channel.open();
    super.kill();
  }

  @Override
  public void endSession(long graceMillis) {
    channel.open();
    super.endSession(graceMillis);
  }

  /** Reads whole frames, and passes on what the fault makes of them. */
  private final class Listening extends InputStream {
    private final FrameReader frames;
    private byte[] bytes = new byte[0];
    private int next;

    Listening(InputStream in) {
      frames = new FrameReader(in, JobProtocol.MAX_FRAME_BYTES);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      while (next == bytes.length) {
        channel.pass();
        String frame = frames.next();
        if (frame == null) {
          return -1;
        }
        take(frame);
      }
      int count = Math.min(length, bytes.length - next);
      System.arraycopy(bytes, next, into, offset, count);
      next += count;
      return count;
    }

    private void take(String frame) {
      FromChild message = parsed(frame);
      if (message != null) {
        heard.accept(message);
      }
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (String each : tamper.fromAgent(frame)) {
        all.writeBytes(each.getBytes(StandardCharsets.UTF_8));
        all.write('\n');
      }
      bytes = all.toByteArray();
      next = 0;
    }

    private static @Nullable FromChild parsed(String frame) {
      try {
        return FromChild.parse(frame);
      } catch (JsonException | ArithmeticException e) {
        return null; // The supervisor will say so.
      }
    }
  }

  /** Is read while the gate is open. */
  private static final class Gated extends FilterInputStream {
    private final Gate gate;

    Gated(InputStream in, Gate gate) {
      super(in);
      this.gate = gate;
    }

    @Override
    public int read() throws IOException {
      gate.pass();
      return super.read();
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      gate.pass();
      return super.read(into, offset, length);
    }
  }

  /** Takes whole frames only: the supervisor writes each with one call. */
  private final class Speaking extends OutputStream {
    @Override
    public void write(int one) {
      throw new IllegalStateException("a defect: frames are written whole");
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      String frame = new String(bytes, offset, length, StandardCharsets.UTF_8).stripTrailing();
      tamper.toAgent(frame).forEach(Wire.this::pass);
    }

    @Override
    public void close() {
      release();
      hangUp();
    }
  }
}
