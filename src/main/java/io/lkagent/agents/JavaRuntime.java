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
 * @param vadFiles where the installation put what the voice activity detector needs
 * @param arguments JVM arguments; given ones replace the default heap and compiler flags
 */
public record JavaRuntime(Path java, String ownClassPath, Path vadFiles, List<String> arguments) {
  private static final String RUNNER = "io.lkagent.runner.RunnerMain";

  /** Names another folder than {@code vad} beside our classes; for development. */
  private static final String VAD_FILES = "lkagent.vad.files";

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
    String own = ownLocation();
    String vadFiles = System.getProperty(VAD_FILES, Path.of(own).resolveSibling("vad").toString());
    return new JavaRuntime(
        java, own, Path.of(vadFiles), arguments.isEmpty() ? DEFAULTS : arguments);
  }

  private static String ownLocation() {
    CodeSource source = JavaRuntime.class.getProtectionDomain().getCodeSource();
    try {
      return Path.of(source.getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("lkagent's own classes are at no path: " + source, e);
    }
  }

  /** As {@link #runner}, with what the engine needs; of another engine there is no trace. */
  List<String> builtIn(String agentClass, VadEngine vad) {
    String files = "-D" + VAD_FILES + "=" + vadFiles;
    return switch (vad) {
      case OFF -> runner(agentClass, "", List.of());
      case PLAIN -> runner(agentClass, "", List.of("-Dlkagent.vad=plain", files));
      case ONNXRUNTIME ->
          runner(
              agentClass,
              vadFiles.resolve("onnxruntime.jar").toString(),
              List.of(
                  "-Dlkagent.vad=onnxruntime",
                  files,
                  "-Donnxruntime.native.path=" + vadFiles.resolve("native"),
                  "--enable-native-access=ALL-UNNAMED"));
    };
  }

  List<String> runner(String agentClass, String classPath, List<String> more) {
    List<String> command = new ArrayList<>();
    command.add(java.toString());
    command.addAll(FIXED);
    command.addAll(arguments);
    command.addAll(more);
    command.add("-cp");
    command.add(classPath.isEmpty() ? ownClassPath : ownClassPath + File.pathSeparator + classPath);
    command.add(RUNNER);
    command.add(agentClass);
    return command;
  }
}
