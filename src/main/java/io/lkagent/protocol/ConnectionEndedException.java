package io.lkagent.protocol;

import java.io.IOException;

/** A signal could not be sent because its connection is over. */
public final class ConnectionEndedException extends IOException {
  private static final long serialVersionUID = 1L;

  ConnectionEndedException(ConnectionEnd end) {
    super(end.message());
  }
}
