package io.lkagent.testing;

import java.io.Closeable;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** A port of this machine, and the connections to it and beyond: all end with it. */
final class Sockets implements AutoCloseable {
  private final ServerSocket listener;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  Sockets(ServerSocket listener) {
    this.listener = listener;
  }

  /** Serves each connection on a thread of its own. */
  void serve(String name, Consumer<Socket> peer) {
    Thread.ofVirtual().name(name).start(() -> accept(name + "-peer", peer));
  }

  private void accept(String name, Consumer<Socket> peer) {
    while (!listener.isClosed()) {
      try {
        Socket socket = add(listener.accept());
        Thread.ofVirtual().name(name).start(() -> peer.accept(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  int port() {
    return listener.getLocalPort();
  }

  /** A connection that is to end with the others. */
  Socket add(Socket socket) {
    open.add(socket);
    return socket;
  }

  void discard(Socket socket) {
    closeQuietly(socket);
    open.remove(socket);
  }

  Set<Socket> open() {
    return Set.copyOf(open);
  }

  /** Ends the connections that are open now. */
  void cut() {
    open.forEach(Sockets::closeQuietly);
  }

  @Override
  public void close() {
    closeQuietly(listener);
    cut();
  }

  static void closeQuietly(Closeable resource) {
    try {
      resource.close();
    } catch (IOException e) {
      // Closed enough.
    }
  }
}
