package io.lkagent.websocket;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The reading side of a WebSocket: puts frames together to messages and hands them on, in order.
 */
public final class Messages {
  /** What hears the messages, and answers pings. */
  public interface Reader {
    /** Something came, known or not: the link is alive. */
    void heard();

    /** A whole message; {@code opcode} is {@link WebSocket#TEXT} or {@link WebSocket#BINARY}. */
    void message(int opcode, byte[] bytes);

    /** Wants a pong with the same payload. */
    void ping(byte[] payload) throws IOException;
  }

  /** The server's goodbye; it wants one too. */
  public record Close(int code, String reason) {}

  private static final int NO_CODE = 1005;

  private final WebSocket socket;
  private final Reader reader;
  private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
  private int opcode;

  public Messages(WebSocket socket, Reader reader) {
    this.socket = socket;
    this.reader = reader;
  }

  /** Reads until the goodbye; {@link java.io.EOFException} when the server left without one. */
  public Close readAll() throws IOException {
    while (true) {
      WebSocket.Frame frame = socket.read();
      reader.heard();
      switch (frame.opcode()) {
        case WebSocket.BINARY, WebSocket.TEXT, WebSocket.CONTINUATION -> data(frame);
        case WebSocket.PING -> reader.ping(frame.payload().array());
        case WebSocket.PONG -> {}
        case WebSocket.CLOSE -> {
          return closed(frame.payload());
        }
        default -> throw new WebSocket.ProtocolException("unknown opcode " + frame.opcode());
      }
    }
  }

  private void data(WebSocket.Frame frame) throws WebSocket.ProtocolException {
    if (frame.opcode() != WebSocket.CONTINUATION) {
      opcode = frame.opcode();
      partial.reset();
    }
    byte[] bytes = frame.payload().array();
    if (partial.size() + bytes.length > WebSocket.MAX_MESSAGE) {
      throw new WebSocket.ProtocolException(
          "a message of more than " + WebSocket.MAX_MESSAGE + " bytes");
    }
    if (!frame.last() || partial.size() > 0) {
      partial.writeBytes(bytes);
      bytes = partial.toByteArray();
    }
    if (frame.last()) {
      partial.reset();
      reader.message(opcode, bytes);
    }
  }

  private static Close closed(ByteBuffer payload) {
    int code = payload.remaining() < 2 ? NO_CODE : payload.getShort() & 0xFFFF;
    return new Close(code, StandardCharsets.UTF_8.decode(payload).toString());
  }
}
