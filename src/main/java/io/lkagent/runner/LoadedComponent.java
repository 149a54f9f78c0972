package io.lkagent.runner;

import io.lkagent.sdk.Component;
import io.lkagent.sdk.ComponentException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A component on its way: being loaded, there, or failed. */
final class LoadedComponent<T> implements Component<T>, Runnable {
  private final String name;
  private final boolean critical;
  private final Callable<? extends T> load;
  private final Initialisation owner;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile @Nullable Thread loader;
  private volatile @Nullable T value;
  private volatile @Nullable Throwable failure;

  LoadedComponent(String name, boolean critical, Callable<? extends T> load, Initialisation owner) {
    this.name = name;
    this.critical = critical;
    this.load = load;
    this.owner = owner;
  }

  @Override
  public void run() {
    loader = Thread.currentThread();
    long start = owner.sinceHello();
    try {
      T loaded = load.call();
      if (loaded == null) {
        throw new NullPointerException("its loader returned null");
      }
      value = loaded;
    } catch (Throwable e) {
      failure = e;
    }
    ended.countDown();
    owner.ended(this, start);
  }

  @Override
  public String name() {
    return name;
  }

  boolean critical() {
    return critical;
  }

  @Nullable Throwable failure() {
    return failure;
  }

  @Override
  public T get() {
    if (Thread.currentThread().equals(loader) && ended.getCount() > 0) {
      throw new ComponentException("component " + name + " waits for itself", null);
    }
    try {
      if (!ended.await(owner.timeoutMillis(), TimeUnit.MILLISECONDS)) {
        throw new ComponentException(
            "component " + name + " is not loaded after " + owner.timeoutMillis() + " ms", null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ComponentException("interrupted while waiting for component " + name, e);
    }
    T loaded = value;
    if (loaded == null) {
      throw new ComponentException("component " + name + " could not be loaded", failure);
    }
    return loaded;
  }

  @Override
  public T orElse(T other) {
    T loaded = value;
    return loaded == null ? other : loaded;
  }

  @Override
  public void ifPresent(Consumer<? super T> action) {
    T loaded = value;
    if (loaded != null) {
      action.accept(loaded);
    }
  }
}
