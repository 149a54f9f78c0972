package io.lkagent.testing;

import io.lkagent.agents.AgentSource;
import io.lkagent.api.Credentials;
import io.lkagent.pool.PoolSettings;
import io.lkagent.protocol.Endpoint;
import io.lkagent.worker.WorkerSettings;
import java.nio.file.Path;
import java.time.Duration;

/** A worker's settings with some of them changed. */
public final class SettingsCopy {
  /** A job process that is ready at once, serves its room until told otherwise, joins nothing. */
  public static final AgentSource SHELL_AGENT =
      new AgentSource.Exec("sh " + Path.of("examples/shell-agent/agent.sh").toAbsolutePath());

  private final WorkerSettings from;
  private Endpoint endpoint;
  private Credentials credentials;
  private String agentName;
  private AgentSource agent;
  private PoolSettings pool;
  private Duration drainTimeout;
  private int maxRetry;

  private SettingsCopy(WorkerSettings from) {
    this.from = from;
    this.endpoint = from.endpoint();
    this.credentials = from.credentials();
    this.agentName = from.agentName();
    this.agent = from.agent();
    this.pool = from.pool();
    this.drainTimeout = from.drainTimeout();
    this.maxRetry = from.maxRetry();
  }

  public static SettingsCopy of(WorkerSettings settings) {
    return new SettingsCopy(settings);
  }

  public SettingsCopy endpoint(String url) {
    endpoint = Endpoint.of(url);
    return this;
  }

  public SettingsCopy credentials(String key, String secret) {
    credentials = Credentials.of(key, secret);
    return this;
  }

  public SettingsCopy agentName(String name) {
    agentName = name;
    return this;
  }

  public SettingsCopy agent(AgentSource source) {
    agent = source;
    return this;
  }

  public SettingsCopy pool(int idle, int maxJobs) {
    pool =
        new PoolSettings(idle, maxJobs, pool.maxInitialising(), pool.jobRetries(), pool.jobWait());
    return this;
  }

  public SettingsCopy drainTimeout(Duration timeout) {
    drainTimeout = timeout;
    return this;
  }

  public SettingsCopy maxRetry(int attempts) {
    maxRetry = attempts;
    return this;
  }

  public WorkerSettings make() {
    return new WorkerSettings(
        from.name(),
        endpoint,
        credentials,
        agentName,
        agent,
        from.java(),
        from.environment(),
        from.workingDirectory(),
        from.passApiKeys(),
        from.child(),
        pool,
        drainTimeout,
        from.idleTimeout(),
        maxRetry,
        from.loadSource(),
        from.loadThreshold(),
        from.host(),
        from.port(),
        from.portFile(),
        from.runtimeFolder(),
        from.app());
  }
}
