package io.lkagent.agents;

import java.io.File;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JVM that Java agents run on.
 *
 * @param java its launcher
 * @param ownClassPath lkagent's own classes, as job processes need them
 * @param vadFiles where the installation put what the voice activity detector needs
 * @param caches the installed ahead-of-time caches; null to start without
 * @param arguments JVM arguments; given ones replace the default heap and compiler flags
 */
public record JavaRuntime(
    Path java,
    String ownClassPath,
    Path vadFiles,
    @Nullable JobCaches caches,
    List<String> arguments) {
  private static final String RUNNER = "io.lkagent.runner.RunnerMain";

  /** Names another folder than {@code vad} beside our classes; for development. */
  private static final String VAD_FILES = "lkagent.vad.files";

  private static final String VAD = "lkagent.vad";

  /** Always set: none of these is a matter of taste. */
  private static final List<String> FIXED =
      List.of(
          "-XX:-UsePerfData",
          // Idle, a JVM looks five times a second for what it could clear up; once a minute will
          // do.
          "-XX:+UnlockDiagnosticVMOptions",
          "-XX:AsyncDeflationInterval=60000",
          "-XX:ServiceThreadCleanupInterval=60000",
          "-Xlog:disable",
          "-Xlog:all=error:stderr",
          "-Djdk.reflect.useNativeAccessorOnly=true",
          "-Dstdout.encoding=UTF-8",
          "-Dstderr.encoding=UTF-8");

  private static final List<String> DEFAULTS =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m");

  public JavaRuntime {
    arguments = List.copyOf(arguments);
  }

  /**
   * The JVM and the classes that this process itself runs on. Without arguments of the user's it
   * takes the installed ahead-of-time caches, which fit the default flags only.
   */
  public static JavaRuntime own(List<String> arguments) {
    String own = ownLocation();
    String vadFiles = System.getProperty(VAD_FILES, Path.of(own).resolveSibling("vad").toString());
    return new JavaRuntime(
        Path.of(System.getProperty("java.home"), "bin", "java"),
        own,
        Path.of(vadFiles),
        arguments.isEmpty() ? JobCaches.installed() : null,
        arguments.isEmpty() ? DEFAULTS : arguments);
  }

  /** The same, writing at its end an ahead-of-time cache of what it has loaded. */
  public JavaRuntime recording(Path cache) {
    List<String> more = new ArrayList<>(arguments);
    more.add("-XX:AOTCacheOutput=" + cache);
    return new JavaRuntime(java, ownClassPath, vadFiles, null, more);
  }

  /** Whether this command line is one of those below. */
  public static boolean starts(List<String> command) {
    return command.contains(RUNNER);
  }

  /** Why such a command line names no ahead-of-time cache, in a few words. */
  public static String withoutCache(List<String> command) {
    if (!command.containsAll(DEFAULTS)) {
      return "JVM arguments of your own take the place of those that the installed cache was made"
          + " with";
    }
    return JobCaches.installed() == null
        ? "none is installed that fits these jars and this JDK; install.sh makes it"
        : "the installed one is missing or damaged; run install.sh again";
  }

  private static String ownLocation() {
    CodeSource source = JavaRuntime.class.getProtectionDomain().getCodeSource();
    URL location = source == null ? null : source.getLocation();
    if (location == null) {
      // A class from an ahead-of-time cache does not know; our jar is the first on the class path.
      String classPath = System.getProperty("java.class.path", "");
      return classPath.split(File.pathSeparator, 2)[0];
    }
    try {
      return Path.of(location.toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("lkagent's own classes are at no path: " + location, e);
    }
  }

  /** As for an agent's class, with what the engine needs; of another engine there is no trace. */
  List<String> builtIn(String agentClass, VadEngine vad) {
    String files = "-D" + VAD_FILES + "=" + vadFiles;
    return switch (vad) {
      case OFF -> runner(agentClass, "");
      case PLAIN ->
          runner(agentClass, "", JobCaches.Kind.JOB, List.of("-D" + VAD + "=plain", files));
      case ONNXRUNTIME ->
          runner(
              agentClass,
              vadFiles.resolve("onnxruntime.jar").toString(),
              JobCaches.Kind.ONNXRUNTIME,
              List.of(
                  "-D" + VAD + "=onnxruntime",
                  files,
                  "-Donnxruntime.native.path=" + vadFiles.resolve("native"),
                  "--enable-native-access=ALL-UNNAMED"));
    };
  }

  List<String> runner(String agentClass, String classPath) {
    return runner(agentClass, classPath, JobCaches.Kind.JOB, List.of());
  }

  private List<String> runner(
      String agentClass, String classPath, JobCaches.Kind cache, List<String> more) {
    List<String> command = new ArrayList<>();
    command.add(java.toString());
    command.addAll(FIXED);
    command.addAll(arguments);
    if (caches != null) {
      command.addAll(caches.arguments(cache));
    }
    command.addAll(more);
    command.add("-cp");
    command.add(classPath.isEmpty() ? ownClassPath : ownClassPath + File.pathSeparator + classPath);
    command.add(RUNNER);
    command.add(agentClass);
    return command;
  }
}
