package io.lkagent.frameworks;

import java.util.List;

/**
 * What a host found out about its app.
 *
 * @param framework the package's name, such as {@code livekit-agents}
 * @param version the framework's, as installed
 * @param tried false when lkagent does not know this version
 * @param why for {@link Mode#SPAWN}, why the app cannot be forked
 * @param agentName the name it takes jobs for; empty for every room
 * @param requests whether the app has a request function of its own, to be asked before each job
 * @param inference whether the host serves an inference process to the jobs
 * @param refused options that lkagent cannot honour
 * @param plugins the framework's plugins that were found, with their versions
 */
public record AppDescription(
    String framework,
    String version,
    boolean tried,
    Mode mode,
    String why,
    String agentName,
    boolean requests,
    boolean inference,
    AppOptions options,
    List<Refused> refused,
    List<String> plugins) {
  public AppDescription {
    refused = List.copyOf(refused);
    plugins = List.copyOf(plugins);
  }

  /** How a job process comes to be. */
  public enum Mode {
    /** The host forks it. */
    FORK,
    /** An interpreter of its own, started by the worker. */
    SPAWN
  }

  /** An option that lkagent cannot honour. */
  public record Refused(String option, String why) {}

  /** True while there is something left to do for the host. */
  boolean needsHost() {
    return mode == Mode.FORK || requests || inference;
  }
}
