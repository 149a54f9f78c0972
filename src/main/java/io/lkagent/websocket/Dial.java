package io.lkagent.websocket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/** The opening of one TCP connection, which another thread can give up. */
public final class Dial {
  private @Nullable Socket current;
  private boolean givenUp;

  /** Tries each address of the host in turn. */
  public Socket to(Address server) throws IOException {
    @Nullable IOException last = null;
    for (InetAddress address : InetAddress.getAllByName(server.host())) {
      Socket raw = attempt();
      try {
        raw.connect(new InetSocketAddress(address, server.port()));
        raw.setTcpNoDelay(true);
        return raw;
      } catch (IOException e) {
        raw.close();
        last = e;
      }
    }
    throw last == null ? new IOException("the host name has no address") : last;
  }

  private synchronized Socket attempt() throws IOException {
    if (givenUp) {
      throw new IOException("given up");
    }
    // Not through a SOCKS proxy of the JVM's properties, and without looking for one.
    current = new Socket(Proxy.NO_PROXY);
    return current;
  }

  /** Closes what is open, so that whoever waits for it goes on, and lets nothing be opened. */
  public synchronized void giveUp() {
    givenUp = true;
    if (current != null) {
      try {
        current.close();
      } catch (IOException e) {
        // It is gone, which was the purpose.
      }
    }
  }
}
