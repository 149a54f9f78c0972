package io.lkagent.websocket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The writing side of a WebSocket: one thread sends frames in the order they were offered in. */
public final class Outbox {
  private static final byte[] NORMAL_CLOSURE = {0x03, (byte) 0xE8};

  /** Whose outbox it is. */
  public interface Owner {
    /** Nothing can be sent any more; what is returned is told to those who wait. */
    IOException broken(IOException cause);
  }

  private record Frame(int opcode, ByteBuffer bytes, CompletableFuture<Void> written) {}

  private final WebSocket socket;
  private final Owner owner;
  private final Thread thread;
  private final LinkedBlockingQueue<Frame> queue = new LinkedBlockingQueue<>();
  private boolean started;
  private @Nullable IOException stopped;

  /**
   * @param thread makes its thread
   * @param owner hears on that thread that the connection is broken
   */
  public Outbox(WebSocket socket, Thread.Builder thread, Owner owner) {
    this.socket = socket;
    this.owner = owner;
    this.thread = thread.unstarted(new Writer());
  }

  public boolean alive() {
    return thread.isAlive();
  }

  /** Completes once the frame was handed to the socket. */
  public CompletableFuture<Void> offer(int opcode, byte[] payload) {
    Frame frame = new Frame(opcode, ByteBuffer.wrap(payload), new CompletableFuture<>());
    synchronized (this) {
      if (stopped != null) {
        frame.written.completeExceptionally(stopped);
        return frame.written;
      }
      queue.add(frame);
      if (!started) {
        // Not before: a job process whose agent says nothing needs no such thread.
        started = true;
        thread.start();
      }
    }
    return frame.written;
  }

  /** Ends the thread and fails what still waits, and what is offered from now on. */
  public void stop(IOException why) {
    synchronized (this) {
      if (stopped == null) {
        stopped = why;
      }
    }
    thread.interrupt();
    for (Frame frame = queue.poll(); frame != null; frame = queue.poll()) {
      frame.written.completeExceptionally(why);
    }
  }

  /** Waits until all that was offered is written, and a close frame behind it. */
  public void goodbye(Duration limit) {
    try {
      offer(WebSocket.CLOSE, NORMAL_CLOSURE).get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // It ends anyway; the caller aborts.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A class, because a first lambda costs a job process milliseconds. */
  private final class Writer implements Runnable {
    @Override
    public void run() {
      try {
        while (true) {
          Frame frame = queue.take();
          try {
            socket.write(frame.opcode, frame.bytes);
          } catch (IOException e) {
            frame.written.completeExceptionally(owner.broken(e));
            return;
          }
          frame.written.complete(null);
        }
      } catch (InterruptedException e) {
        // Stopped; the end is known already.
      }
    }
  }
}
