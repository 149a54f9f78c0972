package io.lkagent.lifecycle;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Closes what was opened, in reverse order, each once; later failures are kept as suppressed. */
public final class CloseStack implements AutoCloseable {
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private boolean closed;

  /**
   * Remembers {@code resource} and hands it back. Behind {@link #close()} (a stop that arrives
   * during the start) nobody would ever close it: it is closed at once.
   *
   * @throws IllegalStateException when this is closed already
   */
  public <T extends AutoCloseable> T push(T resource) {
    if (!pushed(resource)) {
      IllegalStateException late = new IllegalStateException("already closed");
      @Nullable Throwable failure = closing(resource);
      if (failure != null) {
        late.addSuppressed(failure);
      }
      throw late;
    }
    return resource;
  }

  @Override
  public void close() {
    @Nullable Throwable first = null;
    for (AutoCloseable resource = pop(); resource != null; resource = pop()) {
      @Nullable Throwable failure = closing(resource);
      if (first == null) {
        first = failure;
      } else if (failure != null && !failure.equals(first)) {
        first.addSuppressed(failure);
      }
    }
    switch (first) {
      case null -> {}
      case Error error -> throw error;
      case RuntimeException known -> throw known;
      default -> throw new IllegalStateException(first);
    }
  }

  private static @Nullable Throwable closing(AutoCloseable resource) {
    try {
      resource.close();
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return e;
    } catch (Exception | Error e) {
      return e;
    }
  }

  private synchronized boolean pushed(AutoCloseable resource) {
    if (!closed) {
      open.push(resource);
    }
    return !closed;
  }

  private synchronized @Nullable AutoCloseable pop() {
    closed = true;
    return open.poll();
  }
}
