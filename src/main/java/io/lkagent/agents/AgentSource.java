package io.lkagent.agents;

import java.util.List;

/** The agent that a worker runs: what was named on the command line or in the configuration. */
public sealed interface AgentSource {
  /** The agent that comes with lkagent. */
  record BuiltIn(VadEngine vad) implements AgentSource {
    public BuiltIn() {
      this(VadEngine.PLAIN);
    }
  }

  /**
   * A Java class that implements the SDK's agent.
   *
   * @param className its binary name
   * @param classPath where it and its libraries are, as for {@code java -cp}
   */
  record JavaClass(String className, String classPath) implements AgentSource {}

  /** A program that speaks the job protocol: a command line for the shell. */
  record Exec(String command) implements AgentSource {}

  /**
   * An app of LiveKit's own frameworks, whose host starts its processes.
   *
   * @param file its name without folders
   * @param framework name and version
   * @param forked whether its processes are forked from one that has loaded it
   */
  record App(String file, String framework, boolean forked) implements AgentSource {}

  /** The program and arguments to run; none for an app. */
  default List<String> command(JavaRuntime java) {
    return switch (this) {
      case BuiltIn(VadEngine vad) -> java.builtIn("io.lkagent.runner.BuiltinAgent", vad);
      case JavaClass(String className, String classPath) -> java.runner(className, classPath);
      case App app -> List.of();
      case Exec(String line) -> List.of("/bin/sh", "-c", "exec " + line);
    };
  }

  /**
   * For people: {@code built-in}, {@code com.example.Greeter}, {@code python3 agent.py}, {@code
   * app.py (livekit-agents 1.8.9)}.
   */
  default String words() {
    return switch (this) {
      case BuiltIn builtIn -> "built-in";
      case JavaClass(String className, String classPath) -> className;
      case App(String file, String framework, boolean _) -> file + " (" + framework + ")";
      case Exec(String line) -> line;
    };
  }
}
