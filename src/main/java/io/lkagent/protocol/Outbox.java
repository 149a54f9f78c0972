package io.lkagent.protocol;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** The writing side of a connection: one thread sends frames in the order they were offered in. */
final class Outbox {
  private static final byte[] NORMAL_CLOSURE = {0x03, (byte) 0xE8};

  private record Frame(int opcode, ByteBuffer bytes, CompletableFuture<Void> written) {}

  private final AgentSocket socket;
  private final Consumer<ConnectionEnd> onEnd;
  private final LinkedBlockingQueue<Frame> queue = new LinkedBlockingQueue<>();
  private final Thread thread = Thread.ofVirtual().name("livekit-writer").unstarted(this::run);
  private boolean stopped;

  Outbox(AgentSocket socket, Consumer<ConnectionEnd> onEnd) {
    this.socket = socket;
    this.onEnd = onEnd;
  }

  void start() {
    thread.start();
  }

  boolean alive() {
    return thread.isAlive();
  }

  void offer(byte[] message) {
    var _ = offerFlushed(AgentSocket.BINARY, message);
  }

  /** Completes once the frame was handed to the socket. */
  CompletableFuture<Void> offerFlushed(int opcode, byte[] payload) {
    Frame frame = new Frame(opcode, ByteBuffer.wrap(payload), new CompletableFuture<>());
    synchronized (this) {
      if (!stopped) {
        queue.add(frame);
        return frame.written;
      }
    }
    frame.written.completeExceptionally(new ConnectionEndedException(new ConnectionEnd.ByUs()));
    return frame.written;
  }

  /** Ends the thread and fails what still waits. */
  void stop(ConnectionEnd end) {
    synchronized (this) {
      stopped = true;
    }
    thread.interrupt();
    for (Frame frame = queue.poll(); frame != null; frame = queue.poll()) {
      frame.written.completeExceptionally(new ConnectionEndedException(end));
    }
  }

  /** Waits until all that was offered is written, and a close frame behind it. */
  void goodbye(Duration limit) {
    try {
      offerFlushed(AgentSocket.CLOSE, NORMAL_CLOSURE).get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // It ends anyway; the caller aborts.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (true) {
        write(queue.take());
      }
    } catch (InterruptedException e) {
      // Stopped; the end is known already.
    } catch (IOException e) {
      onEnd.accept(new ConnectionEnd.Lost(FailureDetail.of(e)));
    }
  }

  private void write(Frame frame) throws IOException {
    try {
      socket.write(frame.opcode, frame.bytes);
    } catch (IOException e) {
      frame.written.completeExceptionally(
          new ConnectionEndedException(new ConnectionEnd.Lost(FailureDetail.of(e))));
      throw e;
    }
    frame.written.complete(null);
  }
}
