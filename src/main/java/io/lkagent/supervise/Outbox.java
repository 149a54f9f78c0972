package io.lkagent.supervise;

import io.lkagent.ipc.FrameWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The frames on their way to one child. What surely fits into its pipe is written by the sender
 * itself, since handing it to another thread would take longer than all the rest; anything else
 * waits for a thread that may block.
 */
final class Outbox {
  /** Every pipe holds as much, also one of a user who has too many (pipe(7), Linux: one page). */
  private static final int FITS = 4096;

  private final String name;
  private final Runnable broken;
  private final Deque<String> waiting = new ArrayDeque<>();
  private @Nullable OutputStream to;
  private @Nullable FrameWriter frames;
  private int unanswered;
  private boolean writing;
  private boolean closed;

  /**
   * @param name of its thread
   * @param broken called when the child reads no more; must not block
   */
  Outbox(String name, Runnable broken) {
    this.name = name;
    this.broken = broken;
  }

  /** The child is there: what waited goes out. */
  synchronized void open(OutputStream stream) {
    to = stream;
    frames = new FrameWriter(stream);
    if (!waiting.isEmpty()) {
      writeLater();
    }
  }

  /** Sends a frame; never blocks. */
  synchronized void send(String frame) {
    if (closed) {
      return;
    }
    int longest = 3 * frame.length() + 1; // UTF-8 takes at most three bytes for a char
    FrameWriter open = frames;
    if (open != null && !writing && waiting.isEmpty() && unanswered + longest <= FITS) {
      unanswered += longest;
      write(open, frame);
    } else {
      waiting.add(frame);
      if (open != null && !writing) {
        writeLater();
      }
    }
  }

  /** The child has answered: it has read what was sent before. */
  synchronized void answered() {
    unanswered = 0;
  }

  /** Nothing more is sent; the child reads the end behind what waits. */
  synchronized void close() {
    closed = true;
    if (!writing && waiting.isEmpty()) {
      closeStream();
    }
  }

  private void writeLater() {
    writing = true;
    try {
      Thread.ofVirtual().name(name).start(this::writeWaiting);
    } catch (OutOfMemoryError e) { // how the JVM says that the system has no thread to give
      waiting.clear();
      broken.run();
    }
  }

  private void writeWaiting() {
    for (String frame = next(); frame != null; frame = next()) {
      FrameWriter open = frames();
      if (open != null) {
        write(open, frame);
      }
    }
  }

  private synchronized @Nullable FrameWriter frames() {
    return frames;
  }

  private synchronized @Nullable String next() {
    String frame = waiting.poll();
    if (frame == null) {
      writing = false;
      if (closed) {
        closeStream();
      }
    }
    return frame;
  }

  private void write(FrameWriter open, String frame) {
    try {
      open.write(frame);
    } catch (IOException e) {
      broken.run();
    }
  }

  private void closeStream() {
    try {
      if (to != null) {
        to.close();
      }
    } catch (IOException e) {
      broken.run();
    }
  }
}
