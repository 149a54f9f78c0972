package io.lkagent.testing;

import io.lkagent.time.Time;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;

/** Writes frames to a socket in order, each not before its time. */
final class DelayLine implements AutoCloseable {
  private record Due(WebSocketFrame frame, boolean masked, long nanos) {}

  private static final Due END = new Due(WebSocketFrame.binary(new byte[0]), false, 0);

  private final LinkedBlockingQueue<Due> queue = new LinkedBlockingQueue<>();
  private final Thread thread;

  DelayLine(Socket to) {
    thread = Thread.ofVirtual().name("recording-proxy-delay").start(() -> run(to));
  }

  void put(WebSocketFrame frame, boolean masked, long notBefore) {
    queue.add(new Due(frame, masked, notBefore));
  }

  @SuppressWarnings("ReferenceEquality") // END is a mark, whatever its value
  private void run(Socket to) {
    try {
      for (Due due = queue.take(); !due.equals(END); due = queue.take()) {
        long early = due.nanos() - Time.raw().nanos();
        if (early > 0) {
          Time.raw().sleep(Duration.ofNanos(early));
        }
        due.frame().write(to.getOutputStream(), due.masked());
      }
    } catch (InterruptedException | IOException e) {
      Sockets.closeQuietly(to);
    }
  }

  /** Lets what is due be written before the connection goes. */
  @Override
  public void close() {
    queue.add(END);
    try {
      thread.join(Duration.ofSeconds(2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    thread.interrupt();
  }
}
