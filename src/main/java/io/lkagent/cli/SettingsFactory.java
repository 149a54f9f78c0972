package io.lkagent.cli;

import io.lkagent.agents.AgentSource;
import io.lkagent.agents.JavaRuntime;
import io.lkagent.api.Credentials;
import io.lkagent.pool.PoolSettings;
import io.lkagent.supervise.ChildSettings;
import io.lkagent.worker.WorkerSettings;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** From options to what a worker is told; says in one line what does not fit. */
final class SettingsFactory {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration CHECK_TIMEOUT = Duration.ofMillis(500);
  private static final Duration LEAST_JOB_WAIT = Duration.ofSeconds(60);

  private final Map<String, String> environment;

  SettingsFactory(Map<String, String> environment) {
    this.environment = environment;
  }

  /** The settings of one worker; {@code url} and {@code credentials} as the caller decided. */
  WorkerSettings settings(
      NamedWorker worker, String url, Credentials credentials, AppStart.@Nullable Loaded app) {
    WorkerOptions options = worker.options();
    LimitOptions limits = options.limits;
    return new WorkerSettings(
        name(worker),
        options.server.endpoint(url, environment),
        credentials,
        options.job.agentName,
        app == null ? agent(options.job) : app.source(),
        JavaRuntime.own(options.job.jvmArgs),
        AppStart.processEnvironment(worker),
        workingDirectory(options.job),
        options.job.passApiKeys,
        child(options),
        new PoolSettings(
            limits.idleProcesses(),
            limits.maxJobs,
            limits.maxInitializing(),
            limits.jobRetries,
            jobWait(limits)),
        limits.drainTimeout,
        limits.idleTimeout,
        limits.maxRetry.orElse(-1),
        WorkerSettings.LoadSource.valueOf(limits.load.name()),
        (float) limits.loadThreshold,
        options.listen.host,
        options.listen.port,
        options.listen.portFile,
        RuntimeFolder.of(options.listen.runtimeDir, environment),
        app == null ? null : app.host());
  }

  private String name(NamedWorker worker) {
    return worker.name().equals(NamedWorker.ONLY)
        ? environment.getOrDefault("HOSTNAME", hostName())
        : worker.name();
  }

  /** The kernel's word: asking the JDK could ask a name server, and wait. */
  private static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return "localhost";
    }
  }

  private static Duration jobWait(LimitOptions limits) {
    Duration wait = limits.initTimeout.multipliedBy(3);
    return wait.compareTo(LEAST_JOB_WAIT) > 0 ? wait : LEAST_JOB_WAIT;
  }

  private static ChildSettings child(WorkerOptions options) {
    LimitOptions limits = options.limits;
    return new ChildSettings(
        limits.initTimeout,
        START_TIMEOUT,
        limits.shutdownTimeout,
        limits.pingInterval,
        limits.pingTimeout,
        CHECK_TIMEOUT,
        limits.memoryWarn.orElse(0),
        limits.memoryLimit.orElse(0),
        options.job.agentOptions);
  }

  static Path workingDirectory(JobOptions job) {
    Path folder = job.workingDirectory == null ? Path.of("") : job.workingDirectory;
    if (!Files.isDirectory(folder.toAbsolutePath())) {
      throw new UsageException(
          "--working-directory: " + folder.toAbsolutePath() + " is not a folder");
    }
    return folder.toAbsolutePath();
  }

  private static AgentSource agent(JobOptions job) {
    if (job.exec != null) {
      return new AgentSource.Exec(job.exec);
    }
    if (job.agent == null) {
      return new AgentSource.BuiltIn(job.vad);
    }
    String classPath = job.classpath == null ? "" : job.classpath;
    requireClass(job.agent, classPath);
    return new AgentSource.JavaClass(job.agent, classPath);
  }

  /** A class that is not there would only show as a pool that crash-loops. */
  private static void requireClass(String name, String classPath) {
    String resource = name.replace('.', '/') + ".class";
    try (URLClassLoader loader =
        new URLClassLoader(
            urls(classPath).toArray(URL[]::new), SettingsFactory.class.getClassLoader())) {
      if (loader.getResource(resource) == null) {
        throw new UsageException(
            "--agent: no class "
                + name
                + " on the class path"
                + (classPath.isEmpty()
                    ? "; name its folder or jar with --classpath"
                    : " " + classPath));
      }
    } catch (IOException e) {
      throw new UsageException("--classpath: cannot be read: " + e.getMessage());
    }
  }

  private static List<URL> urls(String classPath) throws MalformedURLException {
    List<URL> urls = new ArrayList<>();
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      if (entry.endsWith("*")) {
        File[] jars = new File(entry.substring(0, entry.length() - 1)).listFiles();
        for (File jar : jars == null ? new File[0] : jars) {
          if (jar.getName().toLowerCase(Locale.ROOT).endsWith(".jar")) {
            urls.add(jar.toURI().toURL());
          }
        }
      } else if (!entry.isEmpty()) {
        urls.add(new File(entry).toURI().toURL());
      }
    }
    return urls;
  }
}
