package io.lkagent.sdk;

import java.util.Map;
import java.util.concurrent.Callable;

/**
 * The initialisation of one process: named components that are loaded in parallel, each on a thread
 * of its own, and measured one by one.
 *
 * <p>A component that needs another one calls its {@link Component#get()} while it loads.
 * Components can be declared only while {@link Agent#init} runs.
 */
public interface Init {
  /**
   * Loads what the agent cannot work without: the process becomes ready only when it is there, and
   * ends when it fails.
   *
   * @param name unique among this agent's components; shown in logs and by {@code probe-init}
   * @throws IllegalArgumentException when the name is empty or taken
   */
  <T> Component<T> critical(String name, Callable<? extends T> load);

  /**
   * Loads what the agent can do without: the process becomes ready without waiting for it, and goes
   * on without it when it fails (the worker is told that it is degraded).
   *
   * @param name unique among this agent's components; shown in logs and by {@code probe-init}
   * @throws IllegalArgumentException when the name is empty or taken
   */
  <T> Component<T> optional(String name, Callable<? extends T> load);

  /**
   * Runs {@code callback} when this process ends, with or without having had a job: after all
   * callbacks of the job, in reverse order of registration. For what a component has opened.
   */
  void onShutdown(String name, ShutdownCallback callback);

  /** The agent's own options, as configured for the worker. */
  Map<String, String> options();
}
