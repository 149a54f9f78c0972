package io.lkagent.protocol;

import com.google.protobuf.InvalidProtocolBufferException;
import io.lkagent.log.Log;
import io.lkagent.websocket.FailureDetail;
import io.lkagent.websocket.Messages;
import io.lkagent.websocket.WebSocket;
import java.io.EOFException;
import java.io.IOException;

/** The reading side of a connection: hands on what the server says, in order. */
final class Inbox {
  /** What reads the signals and answers the WebSocket's own frames. */
  interface Reader {
    /** Something came, known or not: the link is alive. */
    void heard();

    void received(ServerSignal signal);

    void ping(byte[] payload);

    /** The server said goodbye and waits for ours. */
    void goodbye();
  }

  private static final Log log = Log.of(WorkerConnection.class);

  private final Messages messages;
  private final Reader reader;

  Inbox(WebSocket socket, Reader reader) {
    this.messages = new Messages(socket, new Ears());
    this.reader = reader;
  }

  /** Reads until the connection ends, and says how it did. */
  ConnectionEnd readAll() {
    try {
      Messages.Close close = messages.readAll();
      reader.goodbye();
      return new ConnectionEnd.ByServer(close.code(), close.reason());
    } catch (EOFException e) {
      return new ConnectionEnd.Lost("dropped without a word (1006)");
    } catch (IOException e) {
      return new ConnectionEnd.Lost(FailureDetail.of(e));
    }
  }

  private void message(byte[] bytes) {
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

  /** Hears the WebSocket. */
  private final class Ears implements Messages.Reader {
    @Override
    public void heard() {
      reader.heard();
    }

    @Override
    public void message(int opcode, byte[] bytes) {
      if (opcode == WebSocket.BINARY) {
        Inbox.this.message(bytes);
      } else {
        // The server answers in the form it is asked in, and this side asks in binary.
        log.debug("skipped a text message of the server");
      }
    }

    @Override
    public void ping(byte[] payload) {
      reader.ping(payload);
    }
  }
}
