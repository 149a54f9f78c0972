package io.lkagent.worker;

import io.lkagent.agents.AgentSource;
import io.lkagent.agents.JavaRuntime;
import io.lkagent.api.Credentials;
import io.lkagent.pool.PoolSettings;
import io.lkagent.protocol.Endpoint;
import io.lkagent.supervise.ChildSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything a worker is told when it is started.
 *
 * @param name of this worker in logs and in {@code lkagent status}; HOSTNAME by default
 * @param agentName the name it takes jobs for; empty for every new room
 * @param environment for the job processes, on top of the worker's own
 * @param passApiKeys whether job processes get LiveKit's API key and secret
 * @param maxRetry connection attempts in a row before it gives up; negative for no limit
 * @param loadSource what load is counted in
 * @param runtimeFolder where commands find this worker
 */
public record WorkerSettings(
    String name,
    Endpoint endpoint,
    Credentials credentials,
    String agentName,
    AgentSource agent,
    JavaRuntime java,
    Map<String, String> environment,
    @Nullable Path workingDirectory,
    boolean passApiKeys,
    ChildSettings child,
    PoolSettings pool,
    Duration drainTimeout,
    Duration idleTimeout,
    int maxRetry,
    LoadSource loadSource,
    float loadThreshold,
    String host,
    int port,
    @Nullable Path portFile,
    Path runtimeFolder) {
  /** What a worker's load is counted in. */
  public enum LoadSource {
    JOBS,
    CPU,
    MEMORY
  }

  WorkerRules rules() {
    return new WorkerRules(
        pool.maxJobs(),
        loadSource == LoadSource.JOBS,
        loadThreshold,
        Duration.ofMillis(7500),
        drainTimeout,
        child.shutdownTimeout(),
        idleTimeout);
  }
}
