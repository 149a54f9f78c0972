package io.lkagent.pool;

import java.time.Duration;

/**
 * How a pool keeps its processes.
 *
 * @param idle warm processes to keep, as far as there is room for jobs
 * @param maxJobs jobs at once
 * @param maxInitialising processes that initialise at the same time; one while the machine is busy,
 *     unless a job waits
 * @param jobRetries how often a job goes to another process before it fails
 * @param jobWait how long a job may wait for a process
 */
public record PoolSettings(
    int idle, int maxJobs, int maxInitialising, int jobRetries, Duration jobWait) {}
