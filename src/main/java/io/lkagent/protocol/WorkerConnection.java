package io.lkagent.protocol;

import io.lkagent.time.Time;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One registration of a worker: an agent WebSocket from its handshake to its end.
 *
 * <p>Signals reach {@code onSignal} one at a time and in order, {@link ServerSignal.Registered}
 * first, possibly before {@link #open} has returned. {@code onEnd} is called once, after the last
 * signal, and only when the worker was registered. Both run on the connection's own threads and
 * should hand over at once.
 */
public final class WorkerConnection implements AutoCloseable {
  /** How long a server may take to answer a registration. */
  public static final Duration REGISTER_LIMIT = Duration.ofSeconds(10);

  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

  private final HttpLink link;
  private final Consumer<ServerSignal> onSignal;
  private final Consumer<ConnectionEnd> onEnd;
  private final Time time;
  private final CompletableFuture<ServerSignal.Registered> registered = new CompletableFuture<>();
  private final CompletableFuture<ConnectionEnd> ended = new CompletableFuture<>();
  private final AtomicReference<@Nullable Outbox> outbox = new AtomicReference<>();
  private volatile long lastHeard;

  private WorkerConnection(
      HttpLink link, Consumer<ServerSignal> onSignal, Consumer<ConnectionEnd> onEnd, Time time) {
    this.link = link;
    this.onSignal = onSignal;
    this.onEnd = onEnd;
    this.time = time;
    this.lastHeard = time.nanos();
  }

  /**
   * Connects, registers, and says how the worker is right behind the registration: a worker that
   * has said nothing counts as idle and is asked at once.
   *
   * @param token makes the bearer token; asked once
   * @param firstStatus asked just before it is sent
   * @param connectTimeout for the handshake, proxy and TLS included
   */
  public static ConnectResult open(
      Endpoint endpoint,
      Supplier<String> token,
      Registration registration,
      Supplier<WorkerSignal.UpdateWorker> firstStatus,
      Consumer<ServerSignal> onSignal,
      Consumer<ConnectionEnd> onEnd,
      Time time,
      Duration connectTimeout) {
    String bearer;
    try {
      bearer = token.get();
    } catch (RuntimeException e) {
      return new ConnectResult.Failed(
          new ConnectFailure.Unauthorized(endpoint.agentUri(), 0, String.valueOf(e.getMessage())));
    }
    Handshake handshake = new Handshake(endpoint, connectTimeout);
    @Nullable WorkerConnection connection = null;
    try {
      connection = new WorkerConnection(handshake.link(), onSignal, onEnd, time);
      WebSocket socket = handshake.open(connection.link, bearer, connection.inbox());
      connection.start(socket, registration, firstStatus);
      return new ConnectResult.Connected(connection, connection.awaitRegistered(endpoint));
    } catch (Handshake.FailedException e) {
      if (connection != null) {
        connection.end(new ConnectionEnd.ByUs());
      }
      return new ConnectResult.Failed(e.failure());
    }
  }

  private Inbox inbox() {
    return new Inbox(
        new Inbox.Reader() {
          @Override
          public void received(@Nullable ServerSignal signal) {
            heard(signal);
          }

          @Override
          public void ended(ConnectionEnd end) {
            end(end);
          }
        });
  }

  private void start(
      WebSocket socket,
      Registration registration,
      Supplier<WorkerSignal.UpdateWorker> firstStatus) {
    Outbox out = new Outbox(socket, time, registration.pingInterval(), () -> lastHeard, this::end);
    out.offer(Codec.register(registration));
    out.offer(Codec.encode(firstStatus.get()));
    outbox.set(out);
    out.start();
    if (ended.isDone()) {
      out.stop();
    }
  }

  private ServerSignal.Registered awaitRegistered(Endpoint endpoint)
      throws Handshake.FailedException {
    try {
      return registered.get(REGISTER_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new Handshake.FailedException(
          new ConnectFailure.Timeout(endpoint.agentUri(), REGISTER_LIMIT));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Handshake.FailedException(
          new ConnectFailure.Unreachable(endpoint.agentUri(), "interrupted"));
    } catch (ExecutionException e) {
      throw new Handshake.FailedException(
          new ConnectFailure.Unreachable(
              endpoint.agentUri(), "before the registration, " + FailureDetail.of(e)));
    }
  }

  private void heard(@Nullable ServerSignal signal) {
    lastHeard = time.nanos();
    if (signal == null || ended.isDone()) {
      return;
    }
    onSignal.accept(signal);
    if (signal instanceof ServerSignal.Registered answer) {
      registered.complete(answer);
    }
  }

  /** The first end counts. */
  private void end(ConnectionEnd end) {
    if (!ended.complete(end)) {
      return;
    }
    boolean wasRegistered = !registered.completeExceptionally(new ConnectionEndedException(end));
    Outbox out = outbox.get();
    if (out != null) {
      out.stop();
    }
    // A thread of the client cannot wait for the client's end.
    Thread.ofVirtual().name("livekit-close").start(link::close);
    if (wasRegistered) {
      onEnd.accept(end);
    }
  }

  /** Sends without waiting; after the end it is dropped. */
  public void send(WorkerSignal signal) {
    Outbox out = outbox.get();
    if (out != null) {
      out.offer(Codec.encode(signal));
    }
  }

  /**
   * Sends, and completes once the frame and all before it were handed to the socket, or fails with
   * {@link ConnectionEndedException}.
   */
  public CompletableFuture<Void> sendFlushed(WorkerSignal signal) {
    Outbox out = outbox.get();
    return out == null
        ? CompletableFuture.failedFuture(new ConnectionEndedException(new ConnectionEnd.ByUs()))
        : out.offerFlushed(Codec.encode(signal));
  }

  /** Sends what waits, says goodbye, and ends within a second or so. Idempotent. */
  @Override
  public void close() {
    Outbox out = outbox.get();
    if (out != null && !ended.isDone()) {
      out.goodbye(CLOSE_LIMIT);
    }
    abort();
  }

  /** Ends at once, with what waits unsent. Idempotent. */
  public void abort() {
    end(new ConnectionEnd.ByUs());
  }
}
