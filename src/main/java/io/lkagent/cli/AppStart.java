package io.lkagent.cli;

import io.lkagent.agents.AgentSource;
import io.lkagent.api.Credentials;
import io.lkagent.frameworks.AppCommand;
import io.lkagent.frameworks.AppDescription;
import io.lkagent.frameworks.AppFault;
import io.lkagent.frameworks.AppHost;
import io.lkagent.frameworks.HostTimes;
import io.lkagent.lifecycle.CloseStack;
import io.lkagent.process.ChildSpawner;
import io.lkagent.process.ProcessSpec;
import io.lkagent.process.ProcessStarter;
import io.lkagent.time.Time;
import io.lkagent.worker.WorkerSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Starts apps' hosts before their workers, which take over what the apps say. */
final class AppStart {
  /** An app's imports may take longer than the start of one of its processes. */
  private static final Duration LEAST_DESCRIBE = Duration.ofSeconds(60);

  /** An app that is loaded, or being loaded: its host, and how logs and status name it. */
  record Loaded(AppCommand command, AppHost host) {
    AppDescription description() {
      return host.description();
    }

    AppLayer layer() {
      return AppLayer.of(command, description());
    }

    List<String> warnings() {
      return AppLayer.warnings(command, description());
    }

    AgentSource source() {
      return new AgentSource.App(
          String.valueOf(command.file().getFileName()),
          description().framework() + " " + description().version(),
          description().mode() == AppDescription.Mode.FORK);
    }
  }

  private final Map<String, String> environment;
  private final CloseStack open;
  private final Time time;
  private @Nullable ProcessStarter starter;

  /** What is started is closed with {@code open}. */
  AppStart(Map<String, String> environment, CloseStack open, Time time) {
    this.environment = environment;
    this.open = open;
    this.time = time;
  }

  /** The same, with the processes started by {@code starter}. */
  AppStart(Map<String, String> environment, CloseStack open, Time time, ProcessStarter starter) {
    this(environment, open, time);
    this.starter = starter;
  }

  /**
   * Loads a worker's app.
   *
   * @param keys the server's address and credentials, where the app is to see them
   */
  Loaded load(NamedWorker worker, Map<String, String> keys) throws AppFault {
    Loaded app = begin(worker, keys);
    app.host().awaitDescription(new CompletableFuture<>());
    return app;
  }

  /**
   * Waits until all are loaded; false when {@code stop} completes before. What is wrong with one is
   * told at once, however long another one takes.
   */
  static boolean await(Collection<Loaded> apps, CompletableFuture<?> stop) throws AppFault {
    List<CompletableFuture<?>> ends = new ArrayList<>(List.of(stop));
    apps.forEach(app -> ends.add(app.host().fault()));
    CompletableFuture<?> end = CompletableFuture.anyOf(ends.toArray(CompletableFuture<?>[]::new));
    for (Loaded app : apps) {
      if (!app.host().awaitDescription(end)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Starts to load a worker's app; its host says when it is done.
   *
   * @param keys the server's address and credentials, where the app is to see them
   */
  Loaded begin(NamedWorker worker, Map<String, String> keys) throws AppFault {
    WorkerOptions options = worker.options();
    Path folder = SettingsFactory.workingDirectory(options.job);
    Map<String, String> own = new HashMap<>(processEnvironment(worker));
    own.putAll(keys);
    return begin(
        find(worker),
        new ProcessSpec(List.of(), own, WorkerSettings.WITHHELD, folder),
        RuntimeFolder.of(options.listen.runtimeDir, environment),
        options.limits.initTimeout);
  }

  /** A worker's app and what runs it. */
  AppCommand find(NamedWorker worker) throws AppFault {
    WorkerOptions options = worker.options();
    return options.app.command(environment, SettingsFactory.workingDirectory(options.job));
  }

  Loaded load(AppCommand command, ProcessSpec spec, Path runtimeFolder, Duration initTimeout)
      throws AppFault {
    Loaded app = begin(command, spec, runtimeFolder, initTimeout);
    app.host().awaitDescription(new CompletableFuture<>());
    return app;
  }

  private Loaded begin(
      AppCommand command, ProcessSpec spec, Path runtimeFolder, Duration initTimeout)
      throws AppFault {
    Duration describe = initTimeout.compareTo(LEAST_DESCRIBE) > 0 ? initTimeout : LEAST_DESCRIBE;
    if (starter == null) {
      starter = open.push(new ChildSpawner(time));
    }
    AppHost host =
        AppHost.begin(command, spec, starter, runtimeFolder, HostTimes.of(describe), time);
    return new Loaded(command, open.push(host));
  }

  /** LiveKit's variables, when job processes may see them. */
  static Map<String, String> keys(NamedWorker worker, String url, Credentials credentials) {
    return worker.options().job.passApiKeys
        ? Map.of(
            "LIVEKIT_URL",
            url,
            "LIVEKIT_API_KEY",
            credentials.key(),
            "LIVEKIT_API_SECRET",
            credentials.secret())
        : Map.of();
  }

  /** The environment that the user wants, and the level that an app is to log at. */
  static Map<String, String> processEnvironment(NamedWorker worker) {
    Map<String, String> own = new HashMap<>(worker.options().job.env);
    if (worker.options().app.given() && worker.chosen("--log-level")) {
      own.putIfAbsent("LKAGENT_LOG_LEVEL", Shown.value(worker.options().log.level));
    }
    return own;
  }

  /** Says what is wrong with an app: what it printed itself, and below it one line. */
  static ExitCode failed(AppFault fault, Console console) {
    Logging.flush();
    if (!fault.detail().isBlank()) {
      console.err().println(fault.detail().stripTrailing());
    }
    console.error(fault.line());
    return ExitCode.USAGE;
  }
}
