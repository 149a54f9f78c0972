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
 */
record WorkerRules(
    int maxJobs,
    boolean loadByJobs,
    float loadThreshold,
    Duration assignmentTimeout,
    Duration drainTimeout,
    Duration shutdownTimeout,
    Duration idleTimeout) {}
