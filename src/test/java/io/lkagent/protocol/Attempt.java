package io.lkagent.protocol;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.lkagent.time.Time;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** An attempt to register, with all that it hears. */
final class Attempt implements AutoCloseable {
  static final WorkerSignal.UpdateWorker IDLE = new WorkerSignal.UpdateWorker(true, 0f, 0);
  static final WorkerSignal.UpdateWorker FULL = new WorkerSignal.UpdateWorker(false, 0.5f, 2);

  final List<ServerSignal> signals = new CopyOnWriteArrayList<>();
  final List<ConnectionEnd> ends = new CopyOnWriteArrayList<>();
  final ConnectResult result;

  private Attempt(
      Endpoint endpoint, Supplier<String> token, Registration registration, Duration limit) {
    result =
        WorkerConnection.open(
            endpoint, token, registration, () -> FULL, signals::add, ends::add, Time.raw(), limit);
  }

  static Attempt at(Endpoint endpoint) {
    return at(endpoint, Duration.ofSeconds(10));
  }

  static Attempt at(Endpoint endpoint, Duration pingInterval) {
    return new Attempt(
        endpoint,
        () -> "the-token",
        Registration.of("clerk", "9.9").withPingInterval(pingInterval),
        Duration.ofSeconds(10));
  }

  static Attempt limited(Endpoint endpoint, Duration limit) {
    return new Attempt(endpoint, () -> "the-token", Registration.of("clerk", "9.9"), limit);
  }

  static Attempt with(Endpoint endpoint, Supplier<String> token) {
    return new Attempt(endpoint, token, Registration.of("clerk", "9.9"), Duration.ofSeconds(10));
  }

  WorkerConnection connection() {
    return assertInstanceOf(
            ConnectResult.Connected.class,
            result,
            () -> result instanceof ConnectResult.Failed f ? f.failure().message() : "")
        .connection();
  }

  <T extends ConnectFailure> T failure(Class<T> type) {
    return assertInstanceOf(type, assertInstanceOf(ConnectResult.Failed.class, result).failure());
  }

  @Override
  public void close() {
    if (result instanceof ConnectResult.Connected connected) {
      connected.connection().close();
    }
  }
}
