package io.lkagent.sdk;

import java.util.function.Consumer;

/**
 * Something that is loaded once in a process's life: a model, a connection pool.
 *
 * @param <T> what it is once it is loaded
 */
public interface Component<T> {
  String name();

  /**
   * The loaded component; waits for it if need be, but never longer than the process has to
   * initialise.
   *
   * @throws ComponentException when it could not be loaded
   */
  T get();

  /** The component if it is loaded by now, else {@code other}; never waits and never throws. */
  T orElse(T other);

  /** Hands the component over if it is loaded by now; never waits. */
  void ifPresent(Consumer<? super T> action);
}
