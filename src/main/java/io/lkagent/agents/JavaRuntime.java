package io.lkagent.agents;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;

/**
 * The JVM that Java agents run on.
 *
 * @param java its launcher
 * @param ownClassPath lkagent's own classes, as job processes need them
 * @param arguments JVM arguments; given ones replace the default heap and compiler flags
 */
public record JavaRuntime(Path java, String ownClassPath, List<String> arguments) {
  private static final String RUNNER = "io.lkagent.runner.RunnerMain";

  /** Always set: none of these is a matter of taste. */
  private static final List<String> FIXED =
      List.of(
          "-XX:-UsePerfData",
          "-Xlog:disable",
          "-Xlog:all=error:stderr",
          "-Dstdout.encoding=UTF-8",
          "-Dstderr.encoding=UTF-8");

  private static final List<String> DEFAULTS =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m");

  public JavaRuntime {
    arguments = List.copyOf(arguments);
  }

  /**
   * The JVM and the classes that this process itself runs on. Without arguments of the user's it
   * takes the installed ahead-of-time cache, which fits the default flags only.
   */
  public static JavaRuntime own(List<String> arguments) {
    if (!arguments.isEmpty()) {
      return new JavaRuntime(launcher(), ownLocation(), arguments);
    }
    List<String> defaults = new ArrayList<>(DEFAULTS);
    JobCache.installed().ifPresent(cache -> defaults.addAll(cache.arguments()));
    return new JavaRuntime(launcher(), ownLocation(), defaults);
  }

  /** The same, writing at its end an ahead-of-time cache of what it has loaded. */
  public static JavaRuntime recording(Path cache) {
    List<String> arguments = new ArrayList<>(DEFAULTS);
    arguments.add("-XX:AOTCacheOutput=" + cache);
    return new JavaRuntime(launcher(), ownLocation(), arguments);
  }

  private static Path launcher() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  private static String ownLocation() {
    CodeSource source = JavaRuntime.class.getProtectionDomain().getCodeSource();
    try {
      return Path.of(source.getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("lkagent's own classes are at no path: " + source, e);
    }
  }

  List<String> runner(String agentClass, String classPath) {
    List<String> command = new ArrayList<>();
    command.add(java.toString());
    command.addAll(FIXED);
    command.addAll(arguments);
    command.add("-cp");
    command.add(classPath.isEmpty() ? ownClassPath : ownClassPath + File.pathSeparator + classPath);
    command.add(RUNNER);
    command.add(agentClass);
    return command;
  }
}
