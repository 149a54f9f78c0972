package io.lkagent.protocol;

import com.google.protobuf.InvalidProtocolBufferException;
import io.lkagent.log.Log;
import java.io.ByteArrayOutputStream;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The reading side of a connection: puts frames together and hands on what they say, in order. */
final class Inbox implements WebSocket.Listener {
  /** What reads the signals, and is told that there will be no more. */
  interface Reader {
    void received(@Nullable ServerSignal signal);

    void ended(ConnectionEnd end);
  }

  static final int MAX_MESSAGE = 8 << 20;
  private static final int CLOSED_ABNORMALLY = 1006;
  private static final Log log = Log.of(WorkerConnection.class);

  private final Reader reader;
  private ByteArrayOutputStream partial = new ByteArrayOutputStream();

  Inbox(Reader reader) {
    this.reader = reader;
  }

  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
    if (partial.size() + data.remaining() > MAX_MESSAGE) {
      reader.ended(new ConnectionEnd.Lost("a message of more than " + MAX_MESSAGE + " bytes"));
      return null;
    }
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    if (!last || partial.size() > 0) {
      partial.writeBytes(bytes);
      bytes = partial.toByteArray();
    }
    if (last) {
      partial = new ByteArrayOutputStream();
      decode(bytes);
    }
    socket.request(1);
    return null;
  }

  private void decode(byte[] bytes) {
    try {
      @Nullable ServerSignal signal = Codec.decode(bytes);
      if (signal == null) {
        log.debug("skipped a message of the server that this worker does not know");
      }
      reader.received(signal);
    } catch (InvalidProtocolBufferException e) {
      log.warn("skipped a message of the server that is no protobuf", "bytes", bytes.length);
    }
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
    // The server answers in the form it is asked in, and this side asks in binary.
    log.debug("skipped a text message of the server");
    socket.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    reader.ended(
        code == CLOSED_ABNORMALLY
            ? new ConnectionEnd.Lost("dropped without a word (1006)")
            : new ConnectionEnd.ByServer(code, reason));
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    reader.ended(new ConnectionEnd.Lost(FailureDetail.of(error)));
  }
}
