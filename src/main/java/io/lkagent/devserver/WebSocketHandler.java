package io.lkagent.devserver;

/** What one WebSocket's messages are handed to, by one thread, in their order. */
interface WebSocketHandler {
  /** The connection is up; nothing was received yet. */
  void opened(WebSocketLink link);

  void text(String message);

  void binary(byte[] message);

  /** The connection has ended, however it did; called once, last. */
  void gone();
}
