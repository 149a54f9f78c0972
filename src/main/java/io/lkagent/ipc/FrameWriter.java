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

  /**
   * Writes one frame; blocks while the reader does not read.
   *
   * @throws FrameTooLongException when the frame passes {@link JobProtocol#MAX_FRAME_BYTES};
   *     nothing was written then, and the stream is as good as before
   */
  public void write(String frame) throws IOException {
    byte[] bytes = frame.concat("\n").getBytes(StandardCharsets.UTF_8);
    if (bytes.length - 1 > JobProtocol.MAX_FRAME_BYTES) {
      throw new FrameTooLongException(JobProtocol.MAX_FRAME_BYTES);
    }
    synchronized (this) {
      out.write(bytes);
      out.flush();
    }
  }
}
