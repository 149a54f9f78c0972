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
          "-Xshare:auto",
          "-Xlog:disable",
          "-Xlog:all=error:stderr",
          "-Dstdout.encoding=UTF-8",
          "-Dstderr.encoding=UTF-8");

  private static final List<String> DEFAULTS =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m");

  public JavaRuntime {
    arguments = List.copyOf(arguments);
  }

  /** The JVM and the classes that this process itself runs on. */
  public static JavaRuntime own(List<String> arguments) {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    return new JavaRuntime(
        java, ownLocation(), arguments.isEmpty() ? DEFAULTS : List.copyOf(arguments));
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
