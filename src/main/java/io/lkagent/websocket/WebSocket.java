package io.lkagent.websocket;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;

/**
 * An open WebSocket (RFC 6455, client side) as a stream of frames. One thread reads; those that
 * write take turns.
 *
 * <p>The JDK's own WebSocket is not used: it loses the end of a stream that comes right behind a
 * message, and a worker would go on believing in a server that has left; and it costs a job process
 * 35 MB (see the decision page).
 */
public final class WebSocket {
  public static final int CONTINUATION = 0;
  public static final int TEXT = 1;
  public static final int BINARY = 2;
  public static final int CLOSE = 8;
  public static final int PING = 9;
  public static final int PONG = 10;
  public static final int MAX_MESSAGE = 8 << 20;

  private static final int FIN = 0x80;
  private static final int RESERVED = 0x70;
  private static final int OPCODE = 0x0F;
  private static final int MASKED = 0x80;
  private static final int SHORT_LENGTH = 126;
  private static final int LONG_LENGTH = 127;
  private static final int MAX_HEADER = 14;

  /** One frame. */
  public record Frame(int opcode, boolean last, ByteBuffer payload) {}

  /** What came is no WebSocket, or more than this side takes. */
  public static final class ProtocolException extends IOException {
    private static final long serialVersionUID = 1L;

    public ProtocolException(String message) {
      super(message);
    }
  }

  private final Socket raw;
  private final DataInputStream in;
  private final OutputStream out;

  /**
   * @param raw the TCP connection, below TLS if there is any
   */
  public WebSocket(Socket raw, InputStream in, OutputStream out) {
    this.raw = raw;
    this.in = new DataInputStream(new BufferedInputStream(in));
    this.out = out;
  }

  DataInputStream in() {
    return in;
  }

  /** The next frame; {@link java.io.EOFException} when the server has left. */
  public Frame read() throws IOException {
    int first = in.readUnsignedByte();
    int second = in.readUnsignedByte();
    if ((first & RESERVED) != 0 || (second & MASKED) != 0) {
      throw new ProtocolException("the server sent a frame that is no WebSocket's");
    }
    long length = second;
    if (length == SHORT_LENGTH) {
      length = in.readUnsignedShort();
    } else if (length == LONG_LENGTH) {
      length = in.readLong();
    }
    if (length < 0 || length > MAX_MESSAGE) {
      throw new ProtocolException("a message of more than " + MAX_MESSAGE + " bytes");
    }
    byte[] payload = new byte[(int) length];
    in.readFully(payload);
    return new Frame(first & OPCODE, (first & FIN) != 0, ByteBuffer.wrap(payload));
  }

  /** Writes one whole frame, masked as a client's must be. */
  public synchronized void write(int opcode, ByteBuffer payload) throws IOException {
    int length = payload.remaining();
    ByteBuffer frame = ByteBuffer.allocate(length + MAX_HEADER);
    frame.put((byte) (FIN | opcode));
    if (length < SHORT_LENGTH) {
      frame.put((byte) (MASKED | length));
    } else if (length < 1 << Short.SIZE) {
      frame.put((byte) (MASKED | SHORT_LENGTH)).putShort((short) length);
    } else {
      frame.put((byte) (MASKED | LONG_LENGTH)).putLong(length);
    }
    byte[] mask = new byte[4];
    ThreadLocalRandom.current().nextBytes(mask);
    frame.put(mask);
    for (int i = 0; i < length; i++) {
      frame.put((byte) (payload.get() ^ mask[i & 3]));
    }
    out.write(frame.array(), 0, frame.position());
    out.flush();
  }

  /** Ends at once whoever reads or writes. The TCP socket first: a TLS close could wait. */
  public void abort() {
    try {
      raw.close();
    } catch (IOException e) {
      // It is gone, which was the purpose.
    }
  }
}
