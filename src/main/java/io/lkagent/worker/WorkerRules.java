package io.lkagent.worker;

import java.time.Duration;

/**
 * The numbers that a worker's decisions follow.
 *
 * @param maxJobs jobs at once
 * @param loadByJobs load is counted in jobs; else it is the machine's
 * @param loadThreshold the load under which the server hands out jobs (its {@code
 *     agents.target_load}), and at which the machine counts as full
 * @param assignmentTimeout from our yes to the server's assignment
 * @param drainTimeout for running jobs after a stop was asked
 * @param shutdownTimeout for a process's own end
 * @param idleTimeout a room without a human for so long is left; zero for never
 * @param app whether it runs an app of LiveKit's frameworks, and one that answers for itself
 * @param answerTimeout for the app's own answer; the server waits for 3 s in all
 */
record WorkerRules(
    int maxJobs,
    boolean loadByJobs,
    float loadThreshold,
    Duration assignmentTimeout,
    Duration drainTimeout,
    Duration shutdownTimeout,
    Duration idleTimeout,
    App app,
    Duration answerTimeout) {
  /** Whether the agent is an app of LiveKit's frameworks. */
  enum App {
    NONE,
    /** An app that takes every job. */
    PLAIN,
    /** An app with a request function of its own. */
    ASKED
  }

  private static final Duration ANSWER_TIMEOUT = Duration.ofMillis(2500);

  /** For an agent that is no framework's app. */
  WorkerRules(
      int maxJobs,
      boolean loadByJobs,
      float loadThreshold,
      Duration assignmentTimeout,
      Duration drainTimeout,
      Duration shutdownTimeout,
      Duration idleTimeout) {
    this(
        maxJobs,
        loadByJobs,
        loadThreshold,
        assignmentTimeout,
        drainTimeout,
        shutdownTimeout,
        idleTimeout,
        App.NONE,
        ANSWER_TIMEOUT);
  }

  WorkerRules with(App kind) {
    return new WorkerRules(
        maxJobs,
        loadByJobs,
        loadThreshold,
        assignmentTimeout,
        drainTimeout,
        shutdownTimeout,
        idleTimeout,
        kind,
        answerTimeout);
  }
}
