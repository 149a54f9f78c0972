package io.lkagent.worker;

import io.lkagent.api.Credentials;
import io.lkagent.api.Tokens;
import io.lkagent.lifecycle.Machine;
import io.lkagent.log.Log;
import io.lkagent.protocol.Backoff;
import io.lkagent.protocol.ConnectFailure;
import io.lkagent.protocol.ConnectResult;
import io.lkagent.protocol.ConnectionEnd;
import io.lkagent.protocol.Endpoint;
import io.lkagent.protocol.Registration;
import io.lkagent.protocol.ServerSignal;
import io.lkagent.protocol.WorkerConnection;
import io.lkagent.protocol.WorkerSignal;
import io.lkagent.protocol.WorkerSignal.UpdateWorker;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The worker's standing connection to its server: connects, registers, and does so again whenever
 * the connection ends, on one thread of its own.
 *
 * <p>It retries for ever unless told otherwise: a worker that gives up leaves rooms without agents.
 * Refused credentials end it only before the first registration; later the keys may just be being
 * rotated, and calls are running.
 */
final class ServerLink implements AutoCloseable {
  /** What a link tells its worker; called on the link's threads, must not block. */
  interface Listener {
    void up(ServerSignal.Registered registered);

    void down();

    void signal(ServerSignal signal);

    /** The link gave up for good. */
    void failed(ConnectFailure failure, int attempts);

    /** Whether refused credentials should end the link although it was registered once. */
    boolean idle();
  }

  private static final Log log = Log.of(ServerLink.class);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration STABLE = Duration.ofSeconds(10);

  private final Endpoint endpoint;
  private final Credentials credentials;
  private final Registration registration;
  private final Supplier<UpdateWorker> status;
  private final Listener listener;
  private final int maxRetry;
  private final Time time;
  private final LinkedBlockingQueue<Object> wakeUps = new LinkedBlockingQueue<>();
  private final Backoff backoff = new Backoff(RandomGenerator.getDefault());
  private volatile @Nullable WorkerConnection connection;
  private volatile boolean closed;

  ServerLink(
      Endpoint endpoint,
      Credentials credentials,
      Registration registration,
      Supplier<UpdateWorker> status,
      Listener listener,
      int maxRetry,
      Time time) {
    this.endpoint = endpoint;
    this.credentials = credentials;
    this.registration = registration;
    this.status = status;
    this.listener = listener;
    this.maxRetry = maxRetry;
    this.time = time;
  }

  ServerLink start() {
    Thread.ofVirtual().name("server-link").start(this::run);
    return this;
  }

  /**
   * Sends when connected; else the signal is lost, as the server would not know what it is about.
   */
  void say(WorkerSignal signal) {
    WorkerConnection current = connection;
    if (current != null) {
      current.send(signal);
    }
  }

  /**
   * Completes when the signal was handed to the network, or at once when there is no connection.
   */
  CompletableFuture<?> sayFlushed(WorkerSignal signal) {
    WorkerConnection current = connection;
    return current == null ? CompletableFuture.completedFuture(null) : current.sendFlushed(signal);
  }

  private void run() {
    int attempts = 0;
    boolean registeredOnce = false;
    while (!closed) {
      long began = time.nanos();
      switch (connect()) {
        case ConnectResult.Connected opened -> {
          registeredOnce = true;
          serve(opened);
          if (time.nanos() - began > STABLE.toNanos()) {
            attempts = 0;
            backoff.reset();
          }
        }
        case ConnectResult.Failed(ConnectFailure failure) -> {
          boolean refused = failure instanceof ConnectFailure.Unauthorized;
          boolean fatal = refused && (!registeredOnce || listener.idle());
          if (fatal || (maxRetry >= 0 && attempts >= maxRetry)) {
            listener.failed(failure, attempts + 1);
            return;
          }
          if (attempts == 0 || attempts % 10 == 9) {
            log.warn(
                "cannot register; trying again",
                "attempt",
                attempts + 1,
                "error",
                failure.message());
          }
        }
      }
      if (!closed) {
        pause(backoff.next());
      }
      attempts++;
    }
  }

  private ConnectResult connect() {
    return WorkerConnection.open(
        endpoint,
        () -> Tokens.agentWorker(credentials),
        registration,
        status,
        listener::signal,
        end -> wakeUps.add(end),
        time,
        CONNECT_TIMEOUT);
  }

  private void serve(ConnectResult.Connected opened) {
    connection = opened.connection();
    listener.up(opened.registered());
    try {
      Object woken = wakeUps.take();
      if (woken instanceof ConnectionEnd end && !closed) {
        log.warn("lost the connection to the server; running jobs go on", "detail", end.message());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      connection = null;
      listener.down();
    }
  }

  private void pause(Duration wait) {
    try {
      wakeUps.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Leaves the server, and does not come back. */
  @Override
  public void close() {
    closed = true;
    WorkerConnection current = connection;
    if (current != null) {
      current.close();
    }
    wakeUps.add(Machine.NEVER);
  }
}
