package io.lkagent.protocol;

import java.time.Duration;

/** Why a registered connection is over. */
public sealed interface ConnectionEnd {
  /** One line for people. */
  String message();

  /** The server closed it with a WebSocket close frame, which livekit-server itself never does. */
  record ByServer(int code, String reason) implements ConnectionEnd {
    @Override
    public String message() {
      return "the server closed the connection with code "
          + code
          + (reason.isEmpty() ? "" : ": " + reason);
    }
  }

  /** The link broke, or the server stopped: livekit-server leaves without a word. */
  record Lost(String detail) implements ConnectionEnd {
    @Override
    public String message() {
      return "the connection was lost: " + detail;
    }
  }

  /** Nothing came back within {@code silence}: the link is open on our side only. */
  record PongTimeout(Duration silence) implements ConnectionEnd {
    @Override
    public String message() {
      return "the server did not answer a ping within " + silence.toMillis() + " ms";
    }
  }

  /** This side closed it. */
  record ByUs() implements ConnectionEnd {
    @Override
    public String message() {
      return "closed by this worker";
    }
  }
}
