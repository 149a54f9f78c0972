package io.lkagent.protocol;

import io.lkagent.time.Time;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The writing side of a connection: one virtual thread that sends frames in the order in which they
 * were offered, and a ping when one is due. Any answer of the server, not only the pong, proves
 * that the link is alive.
 */
final class Outbox {
  private record Frame(ByteBuffer bytes, CompletableFuture<Void> written) {}

  private final WebSocket socket;
  private final Time time;
  private final long interval;
  private final LongSupplier lastHeard;
  private final Consumer<ConnectionEnd> onEnd;
  private final LinkedBlockingQueue<Frame> queue = new LinkedBlockingQueue<>();
  private final Thread thread;
  private boolean stopped;

  Outbox(
      WebSocket socket,
      Time time,
      Duration pingInterval,
      LongSupplier lastHeard,
      Consumer<ConnectionEnd> onEnd) {
    this.socket = socket;
    this.time = time;
    this.interval = pingInterval.toNanos();
    this.lastHeard = lastHeard;
    this.onEnd = onEnd;
    this.thread = Thread.ofVirtual().name("livekit-writer").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  void offer(byte[] bytes) {
    var _ = offerFlushed(bytes);
  }

  /** Completes once the frame was handed to the socket. */
  CompletableFuture<Void> offerFlushed(byte[] bytes) {
    Frame frame = new Frame(ByteBuffer.wrap(bytes), new CompletableFuture<>());
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
  void stop() {
    synchronized (this) {
      stopped = true;
    }
    socket.abort();
    thread.interrupt();
    for (Frame frame = queue.poll(); frame != null; frame = queue.poll()) {
      frame.written.completeExceptionally(new ConnectionEndedException(new ConnectionEnd.ByUs()));
    }
  }

  /** Waits until all that was offered is written and the close frame too. */
  void goodbye(Duration limit) {
    try {
      offerFlushed(new byte[0]).get(limit.toMillis(), TimeUnit.MILLISECONDS);
      socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // It ends anyway; the caller aborts.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    long nextPing = time.nanos() + interval;
    long pinged = 0;
    boolean awaiting = false;
    try {
      while (true) {
        Frame frame = queue.poll(Math.max(0, nextPing - time.nanos()), TimeUnit.NANOSECONDS);
        if (frame != null) {
          write(frame);
        }
        if (time.nanos() - nextPing < 0) {
          continue;
        }
        if (awaiting && lastHeard.getAsLong() - pinged < 0) {
          onEnd.accept(silence());
          return;
        }
        pinged = time.nanos();
        awaiting = true;
        nextPing = pinged + interval;
        write(ping());
      }
    } catch (InterruptedException e) {
      // Stopped; the end is known already.
    } catch (TimeoutException e) {
      onEnd.accept(silence());
    } catch (ExecutionException e) {
      onEnd.accept(new ConnectionEnd.Lost(FailureDetail.of(e)));
    }
  }

  private ConnectionEnd silence() {
    return new ConnectionEnd.PongTimeout(Duration.ofNanos(interval));
  }

  private Frame ping() {
    byte[] bytes = Codec.encode(new WorkerSignal.Ping(time.wall().toEpochMilli()));
    return new Frame(ByteBuffer.wrap(bytes), new CompletableFuture<>());
  }

  /** A socket that takes no more bytes is as dead as one that sends none: same limit. */
  private void write(Frame frame)
      throws InterruptedException, ExecutionException, TimeoutException {
    @Nullable Throwable failure = null;
    try {
      if (frame.bytes.hasRemaining()) {
        socket.sendBinary(frame.bytes, true).get(interval, TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      failure = e;
      throw e;
    } finally {
      if (failure == null) {
        frame.written.complete(null);
      } else {
        frame.written.completeExceptionally(
            new ConnectionEndedException(new ConnectionEnd.Lost(FailureDetail.of(failure))));
      }
    }
  }
}
