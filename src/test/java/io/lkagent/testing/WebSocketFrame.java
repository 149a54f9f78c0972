package io.lkagent.testing;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/** A WebSocket frame (RFC 6455) as it stands on the wire, unmasked; extensions are not spoken. */
public final class WebSocketFrame {
  public static final int CONTINUATION = 0;
  public static final int TEXT = 1;
  public static final int BINARY = 2;
  public static final int CLOSE = 8;
  public static final int PING = 9;
  public static final int PONG = 10;

  private static final int MAX_HEAD = 64 << 10;
  private static final int MAX_PAYLOAD = 64 << 20;

  private final int opcode;
  private final boolean last;
  private final byte[] payload;

  public WebSocketFrame(int opcode, boolean last, byte[] payload) {
    this.opcode = opcode;
    this.last = last;
    this.payload = payload;
  }

  public int opcode() {
    return opcode;
  }

  public boolean last() {
    return last;
  }

  public byte[] payload() {
    return payload;
  }

  public static WebSocketFrame binary(byte[] payload) {
    return new WebSocketFrame(BINARY, true, payload);
  }

  public static WebSocketFrame read(InputStream from) throws IOException {
    DataInputStream in = new DataInputStream(from);
    int first = in.readUnsignedByte();
    int second = in.readUnsignedByte();
    long length = second & 0x7F;
    if (length == 126) {
      length = in.readUnsignedShort();
    } else if (length == 127) {
      length = in.readLong();
    }
    if (length < 0 || length > MAX_PAYLOAD) {
      throw new IOException("a frame of " + length + " bytes");
    }
    byte[] mask = (second & 0x80) == 0 ? new byte[4] : in.readNBytes(4);
    byte[] payload = in.readNBytes((int) length);
    if (mask.length < 4 || payload.length < length) {
      throw new EOFException();
    }
    mask(payload, mask);
    return new WebSocketFrame(first & 0x0F, (first & 0x80) != 0, payload);
  }

  /** Writes it; what a client sends must be masked. */
  public void write(OutputStream to, boolean masked) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(payload.length + 14);
    out.write((last ? 0x80 : 0) | opcode);
    int flag = masked ? 0x80 : 0;
    if (payload.length < 126) {
      out.write(flag | payload.length);
    } else {
      int bytes = payload.length < 1 << 16 ? 2 : 8;
      out.write(flag | (bytes == 2 ? 126 : 127));
      for (int i = bytes - 1; i >= 0; i--) {
        out.write((int) ((long) payload.length >> (8 * i)) & 0xFF);
      }
    }
    byte[] body = payload.clone();
    if (masked) {
      byte[] mask = new byte[4];
      ThreadLocalRandom.current().nextBytes(mask);
      out.writeBytes(mask);
      mask(body, mask);
    }
    out.writeBytes(body);
    to.write(out.toByteArray());
    to.flush();
  }

  private static void mask(byte[] bytes, byte[] mask) {
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] ^= mask[i & 3];
    }
  }

  /** Reads an HTTP head up to and with its empty line; empty when the peer left before it. */
  public static String readHead(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int matched = 0;
    while (matched < 4) {
      int next = in.read();
      if (next < 0) {
        return "";
      }
      if (head.size() > MAX_HEAD) {
        throw new IOException("an HTTP head of more than " + MAX_HEAD + " bytes");
      }
      head.write(next);
      matched = next == "\r\n\r\n".charAt(matched) ? matched + 1 : next == '\r' ? 1 : 0;
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }
}
