package io.lkagent.ipc;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes frames to a stream, each whole and flushed; safe for several threads. */
public final class FrameWriter {
  private final OutputStream out;

  public FrameWriter(OutputStream out) {
    this.out = out;
  }

  /** Writes one frame; blocks while the reader does not read. */
  public synchronized void write(String frame) throws IOException {
    byte[] bytes = (frame + "\n").getBytes(StandardCharsets.UTF_8);
    out.write(bytes);
    out.flush();
  }
}
