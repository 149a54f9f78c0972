package io.lkagent.worker;

import io.lkagent.agents.AgentSource;
import io.lkagent.agents.JavaRuntime;
import io.lkagent.api.Credentials;
import io.lkagent.frameworks.AppHost;
import io.lkagent.frameworks.AppOption;
import io.lkagent.frameworks.Permissions;
import io.lkagent.pool.PoolSettings;
import io.lkagent.process.ProcessSpec;
import io.lkagent.protocol.Endpoint;
import io.lkagent.protocol.Registration;
import io.lkagent.supervise.ChildSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
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
 * @param app what starts and answers for an app of LiveKit's frameworks; closed by whoever opened
 *     it
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
    Path runtimeFolder,
    @Nullable AppHost app) {
  /**
   * What job processes do not get from the worker's environment: they have a token of their own.
   */
  public static final Set<String> WITHHELD =
      Set.of("LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "LIVEKIT_API_SECRET_FILE");

  /** What a worker's load is counted in. */
  public enum LoadSource {
    JOBS,
    CPU,
    MEMORY
  }

  /** For an agent that is no framework's app. */
  public WorkerSettings(
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
    this(
        name,
        endpoint,
        credentials,
        agentName,
        agent,
        java,
        environment,
        workingDirectory,
        passApiKeys,
        child,
        pool,
        drainTimeout,
        idleTimeout,
        maxRetry,
        loadSource,
        loadThreshold,
        host,
        port,
        portFile,
        runtimeFolder,
        null);
  }

  /** What a job process of this worker is made of. */
  public ProcessSpec processSpec() {
    Map<String, String> own = new HashMap<>(environment);
    if (endpoint.trusted() != null) {
      own.put("LKAGENT_CA_FILE", endpoint.trusted().toString());
    }
    if (passApiKeys) {
      own.put("LIVEKIT_URL", endpoint.webSocketUri().toString());
      own.put("LIVEKIT_API_KEY", credentials.key());
      own.put("LIVEKIT_API_SECRET", credentials.secret());
    }
    return new ProcessSpec(agent.command(java), own, WITHHELD, workingDirectory);
  }

  /** What it registers as; only an app can ask for other permissions than the usual ones. */
  Registration registration() {
    Registration usual = Registration.of(agentName, Version.TEXT);
    return app == null
        ? usual
        : app.description()
            .options()
            .permissions()
            .map(AppOption::value)
            .map(may -> permitted(usual, may))
            .orElse(usual);
  }

  private static Registration permitted(Registration usual, Permissions may) {
    return new Registration(
        usual.agentName(),
        usual.version(),
        usual.pingInterval(),
        may.canPublish(),
        may.canSubscribe(),
        may.canPublishData(),
        may.canUpdateMetadata(),
        may.hidden());
  }

  private WorkerRules.App kind() {
    if (app == null) {
      return WorkerRules.App.NONE;
    }
    return app.description().requests() ? WorkerRules.App.ASKED : WorkerRules.App.PLAIN;
  }

  WorkerRules rules() {
    return new WorkerRules(
            pool.maxJobs(),
            loadSource == LoadSource.JOBS,
            loadThreshold,
            Duration.ofMillis(7500),
            drainTimeout,
            child.shutdownTimeout(),
            idleTimeout)
        .with(kind());
  }
}
