package io.lkagent.protocol;

import com.google.protobuf.InvalidProtocolBufferException;
import io.lkagent.log.Log;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The reading side of a connection: puts frames together and hands on what they say, in order. */
final class Inbox {
  /** What reads the signals and answers the WebSocket's own frames. */
  interface Reader {
    /** Something came, known or not: the link is alive. */
    void heard();

    void received(ServerSignal signal);

    void control(int opcode, byte[] payload);
  }

  private static final int NO_CODE = 1005;
  private static final Log log = Log.of(WorkerConnection.class);

  private final AgentSocket socket;
  private final Reader reader;
  private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
  private int opcode;

  Inbox(AgentSocket socket, Reader reader) {
    this.socket = socket;
    this.reader = reader;
  }

  /** Reads until the connection ends, and says how it did. */
  ConnectionEnd readAll() {
    try {
      while (true) {
        AgentSocket.Frame frame = socket.read();
        reader.heard();
        switch (frame.opcode()) {
          case AgentSocket.BINARY, AgentSocket.TEXT, AgentSocket.CONTINUATION -> data(frame);
          case AgentSocket.PING -> reader.control(AgentSocket.PONG, frame.payload().array());
          case AgentSocket.PONG -> {}
          case AgentSocket.CLOSE -> {
            reader.control(AgentSocket.CLOSE, frame.payload().array());
            return closed(frame.payload());
          }
          default -> throw new AgentSocket.ProtocolException("unknown opcode " + frame.opcode());
        }
      }
    } catch (EOFException e) {
      return new ConnectionEnd.Lost("dropped without a word (1006)");
    } catch (IOException e) {
      return new ConnectionEnd.Lost(FailureDetail.of(e));
    }
  }

  private void data(AgentSocket.Frame frame) throws AgentSocket.ProtocolException {
    if (frame.opcode() != AgentSocket.CONTINUATION) {
      opcode = frame.opcode();
      partial.reset();
    }
    byte[] bytes = frame.payload().array();
    if (partial.size() + bytes.length > AgentSocket.MAX_MESSAGE) {
      throw new AgentSocket.ProtocolException(
          "a message of more than " + AgentSocket.MAX_MESSAGE + " bytes");
    }
    if (!frame.last() || partial.size() > 0) {
      partial.writeBytes(bytes);
      bytes = partial.toByteArray();
    }
    if (frame.last()) {
      partial.reset();
      message(bytes);
    }
  }

  private void message(byte[] bytes) {
    if (opcode != AgentSocket.BINARY) {
      // The server answers in the form it is asked in, and this side asks in binary.
      log.debug("skipped a text message of the server");
      return;
    }
    try {
      ServerSignal signal = Codec.decode(bytes);
      if (signal == null) {
        log.debug("skipped a message of the server that this worker does not know");
      } else {
        reader.received(signal);
      }
    } catch (InvalidProtocolBufferException e) {
      log.warn("skipped a message of the server that is no protobuf", "bytes", bytes.length);
    }
  }

  private static ConnectionEnd closed(ByteBuffer payload) {
    int code = payload.remaining() < 2 ? NO_CODE : payload.getShort() & 0xFFFF;
    return new ConnectionEnd.ByServer(code, StandardCharsets.UTF_8.decode(payload).toString());
  }
}
