package io.lkagent.runner;

import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.ToChild;
import io.lkagent.sdk.Agent;
import io.lkagent.sdk.Component;
import io.lkagent.sdk.ComponentException;
import io.lkagent.sdk.Init;
import io.lkagent.sdk.ShutdownCallback;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The initialisation of this process: makes the agent and loads what it declares. */
final class Initialisation implements Init, Runnable {
  /** The phase of making the agent: its class, its constructor and its {@code init}. */
  static final String AGENT = "agent";

  private final String agentClass;
  private final ToChild.Init order;
  private final long hello;
  private final JobChannel channel;
  private final BlockingQueue<Event> events;
  private final ShutdownCallbacks callbacks;
  private final Set<String> names = new HashSet<>();
  private final List<Thread> loaders = new CopyOnWriteArrayList<>();
  private int criticalPending = 1;
  private boolean declaring = true;
  private volatile @Nullable Agent agent;

  Initialisation(
      String agentClass,
      ToChild.Init order,
      long hello,
      JobChannel channel,
      BlockingQueue<Event> events,
      ShutdownCallbacks callbacks) {
    this.agentClass = agentClass;
    this.order = order;
    this.hello = hello;
    this.channel = channel;
    this.events = events;
    this.callbacks = callbacks;
    names.add(AGENT);
  }

  @Override
  public void run() {
    long start = sinceHello();
    @Nullable String failure = null;
    try {
      Agent made = AgentClass.make(agentClass);
      made.init(this);
      agent = made;
    } catch (AgentClass.Unusable e) {
      failure = String.valueOf(e.getMessage());
      trace(failure, e);
    } catch (Throwable e) {
      failure = "init of agent class " + agentClass + " failed: " + Failure.withRemedy(e);
      trace(failure, e);
    }
    channel.send(new FromChild.Phase(AGENT, start, sinceHello(), true, failure));
    synchronized (this) {
      declaring = false;
    }
    criticalEnded(failure);
  }

  /** The agent, once the initialisation has succeeded. */
  Agent agent() {
    Agent made = agent;
    if (made == null) {
      throw new IllegalStateException("a defect: no agent after its initialisation");
    }
    return made;
  }

  @Override
  public <T> Component<T> critical(String name, Callable<? extends T> load) {
    return declare(new LoadedComponent<T>(name, true, load, this));
  }

  @Override
  public <T> Component<T> optional(String name, Callable<? extends T> load) {
    return declare(new LoadedComponent<T>(name, false, load, this));
  }

  private <T> Component<T> declare(LoadedComponent<T> component) {
    synchronized (this) {
      if (!declaring) {
        throw new IllegalStateException("components are declared in Agent.init");
      }
      if (component.name().isBlank() || !names.add(component.name())) {
        throw new IllegalArgumentException(
            "component name \"" + component.name() + "\" is empty or taken");
      }
      if (component.critical()) {
        criticalPending++;
      }
    }
    // Not a virtual thread: a JVM's first one costs 8 ms, on the way to ready.
    Thread loader = new Thread(component, "init " + component.name());
    loader.setDaemon(true);
    loader.start();
    loaders.add(loader); // only now: one that was not started cannot be waited for
    return component;
  }

  /**
   * Waits for what still loads, at most {@code limit}: a native library that is at work while the
   * process ends crashes (onnxruntime's does).
   */
  void awaitLoaders(Duration limit) {
    long until = Time.raw().nanos() + limit.toNanos();
    try {
      for (Thread loader : loaders) {
        Duration left = Duration.ofNanos(Math.max(1, until - Time.raw().nanos()));
        if (!loader.join(left)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A component is loaded, or failed. */
  void ended(LoadedComponent<?> component, long start) {
    Throwable thrown = component.failure();
    boolean expected = thrown instanceof ComponentException && thrown.getCause() == null;
    String error =
        thrown == null
            ? null
            : expected ? String.valueOf(thrown.getMessage()) : Failure.withRemedy(thrown);
    channel.send(
        new FromChild.Phase(component.name(), start, sinceHello(), component.critical(), error));
    if (thrown != null && !expected) {
      trace("component " + component.name() + " failed", thrown);
    }
    if (component.critical()) {
      String cause = "component " + component.name() + " of agent class " + agentClass;
      criticalEnded(error == null ? null : cause + " failed: " + error);
    } else if (error != null) {
      channel.send(new FromChild.Degraded(component.name(), error));
    }
  }

  private synchronized void criticalEnded(@Nullable String failure) {
    criticalPending--;
    if (failure != null || criticalPending == 0) {
      events.add(new Event.Initialised(failure));
    }
  }

  private static void trace(String what, Throwable thrown) {
    try {
      ChildLog.of(Initialisation.class).error(what, thrown);
    } catch (OutOfMemoryError e) {
      // The worker is told all the same.
    }
  }

  @Override
  public void onShutdown(String name, ShutdownCallback callback) {
    callbacks.add(name, callback);
  }

  @Override
  public Map<String, String> options() {
    return order.options();
  }

  long timeoutMillis() {
    return order.timeoutMillis();
  }

  long sinceHello() {
    return Time.raw().nanos() - hello;
  }
}
