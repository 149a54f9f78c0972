package io.lkagent.protocol;

import io.lkagent.log.Log;
import io.lkagent.time.Time;
import io.lkagent.websocket.FailureDetail;
import io.lkagent.websocket.Outbox;
import io.lkagent.websocket.WebSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One registration of a worker: an agent WebSocket from its handshake to its end.
 *
 * <p>Signals reach {@code onSignal} one at a time and in order, {@link ServerSignal.Registered}
 * first, possibly before {@link #open} has returned. {@code onEnd} is called once, and only when
 * the worker was registered; no signal follows it, unless one was being handed over just then. Both
 * run on the connection's own threads and should hand over at once.
 *
 * <p>Three virtual threads: one reads, one writes, one pings; all end with the connection.
 */
public final class WorkerConnection implements AutoCloseable {
  /** How long a server may take to answer a registration. */
  public static final Duration REGISTER_LIMIT = Duration.ofSeconds(10);

  private static final Log log = Log.of(WorkerConnection.class);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

  private final WebSocket socket;
  private final Outbox outbox;
  private final Consumer<ServerSignal> onSignal;
  private final Consumer<ConnectionEnd> onEnd;
  private final Time time;
  private final Thread reader;
  private final Thread pinger;
  private final Duration pingInterval;
  private final CompletableFuture<ServerSignal.Registered> registered = new CompletableFuture<>();
  private final CompletableFuture<ConnectionEnd> ended = new CompletableFuture<>();
  private volatile long lastHeard;
  private volatile boolean closing;

  private WorkerConnection(
      WebSocket socket,
      Consumer<ServerSignal> onSignal,
      Consumer<ConnectionEnd> onEnd,
      Time time,
      Duration pingInterval) {
    this.socket = socket;
    this.outbox = new Outbox(socket, Thread.ofVirtual().name("livekit-writer"), this::broken);
    this.onSignal = onSignal;
    this.onEnd = onEnd;
    this.time = time;
    this.pingInterval = pingInterval;
    this.reader = Thread.ofVirtual().name("livekit-reader").unstarted(this::read);
    this.pinger = Thread.ofVirtual().name("livekit-pinger").unstarted(this::ping);
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
    try {
      WebSocket socket = new Handshake(endpoint, connectTimeout).open(bearer);
      WorkerConnection connection =
          new WorkerConnection(socket, onSignal, onEnd, time, registration.pingInterval());
      connection.start(registration, firstStatus);
      return connection.awaitRegistered(endpoint);
    } catch (Handshake.FailedException e) {
      return new ConnectResult.Failed(e.failure());
    }
  }

  private void start(Registration registration, Supplier<WorkerSignal.UpdateWorker> firstStatus) {
    lastHeard = time.nanos();
    offer(Codec.register(registration));
    offer(Codec.encode(firstStatus.get()));
    reader.start();
    pinger.start();
  }

  private void read() {
    try {
      end(new Inbox(socket, new Ears()).readAll());
    } catch (RuntimeException e) {
      log.error("a signal of the server could not be handled", e);
      end(new ConnectionEnd.Lost("a signal could not be handled"));
    }
  }

  private ConnectResult awaitRegistered(Endpoint endpoint) {
    ConnectFailure failure;
    try {
      return new ConnectResult.Connected(
          this, registered.get(REGISTER_LIMIT.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      failure = new ConnectFailure.Timeout(endpoint.agentUri(), REGISTER_LIMIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = new ConnectFailure.Unreachable(endpoint.agentUri(), "interrupted");
    } catch (ExecutionException e) {
      failure =
          new ConnectFailure.Unreachable(
              endpoint.agentUri(), "before the registration, " + FailureDetail.of(e));
    }
    // An answer in this very moment comes too late: nobody would be told of the connection's end.
    registered.completeExceptionally(new ConnectionEndedException(new ConnectionEnd.ByUs()));
    abort();
    return new ConnectResult.Failed(failure);
  }

  /** What the reading thread hears. */
  private final class Ears implements Inbox.Reader {
    @Override
    public void heard() {
      lastHeard = time.nanos();
    }

    @Override
    public void received(ServerSignal signal) {
      if (ended.isDone()) {
        return;
      }
      onSignal.accept(signal);
      if (signal instanceof ServerSignal.Registered answer) {
        registered.complete(answer);
      }
    }

    @Override
    public void ping(byte[] payload) {
      var _ = outbox.offer(WebSocket.PONG, payload);
    }

    @Override
    public void goodbye() {
      outbox.goodbye(CLOSE_LIMIT);
    }
  }

  /** Any sign of life since the last ping will do, so that a burst of messages is no silence. */
  private void ping() {
    long pinged = time.nanos();
    boolean awaiting = false;
    while (true) {
      time.sleep(pingInterval);
      if (Thread.currentThread().isInterrupted() || ended.isDone()) {
        return;
      }
      if (awaiting && lastHeard - pinged < 0) {
        end(new ConnectionEnd.PongTimeout(pingInterval));
        return;
      }
      pinged = time.nanos();
      awaiting = true;
      send(new WorkerSignal.Ping(time.wall().toEpochMilli()));
    }
  }

  /** The first end counts; what the server does once it was told goodbye is our doing. */
  private void end(ConnectionEnd seen) {
    ConnectionEnd end = closing ? new ConnectionEnd.ByUs() : seen;
    if (!ended.complete(end)) {
      return;
    }
    boolean wasRegistered =
        !registered.completeExceptionally(new ConnectionEndedException(end))
            && !registered.isCompletedExceptionally();
    outbox.stop(new ConnectionEndedException(end));
    socket.abort();
    if (!Thread.currentThread().equals(pinger)) {
      pinger.interrupt();
    }
    if (wasRegistered) {
      onEnd.accept(end);
    }
  }

  /** Sends without waiting; after the end it is dropped. */
  public void send(WorkerSignal signal) {
    offer(Codec.encode(signal));
  }

  /**
   * Sends, and completes once the frame and all before it were handed to the socket, or fails with
   * {@link ConnectionEndedException}.
   */
  public CompletableFuture<Void> sendFlushed(WorkerSignal signal) {
    return outbox.offer(WebSocket.BINARY, Codec.encode(signal));
  }

  private void offer(byte[] message) {
    var _ = outbox.offer(WebSocket.BINARY, message);
  }

  private IOException broken(IOException cause) {
    ConnectionEnd lost = new ConnectionEnd.Lost(FailureDetail.of(cause));
    end(lost);
    return new ConnectionEndedException(lost);
  }

  /** Whether one of its threads still runs; for tests. */
  boolean alive() {
    return reader.isAlive() || pinger.isAlive() || outbox.alive();
  }

  /** Sends what waits, says goodbye, and ends within a second or so. Idempotent. */
  @Override
  public void close() {
    closing = true;
    if (!ended.isDone()) {
      outbox.goodbye(CLOSE_LIMIT);
    }
    abort();
  }

  /** Ends at once, with what waits unsent. Idempotent. */
  public void abort() {
    end(new ConnectionEnd.ByUs());
  }
}
