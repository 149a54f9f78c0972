package io.lkagent.lifecycle;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Closes what was opened, in reverse order, each once; later failures are kept as suppressed. */
public final class CloseStack implements AutoCloseable {
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  /** Remembers {@code resource} and hands it back. */
  public synchronized <T extends AutoCloseable> T push(T resource) {
    open.push(resource);
    return resource;
  }

  @Override
  public void close() {
    @Nullable RuntimeException first = null;
    for (AutoCloseable resource = pop(); resource != null; resource = pop()) {
      try {
        resource.close();
      } catch (Exception e) {
        RuntimeException failure =
            e instanceof RuntimeException known ? known : new IllegalStateException(e);
        if (first == null) {
          first = failure;
        } else {
          first.addSuppressed(failure);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }

  private synchronized @Nullable AutoCloseable pop() {
    return open.poll();
  }
}
