package io.lkagent.cli;

import io.lkagent.agents.VadEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What runs in a job's process. */
@HelpSection("Agent")
final class JobOptions {
  @Option(
      names = "--agent-name",
      paramLabel = "NAME",
      defaultValue = "",
      description = "The name to dispatch to; empty: joins every new room.")
  String agentName = "";

  @Option(
      names = "--agent",
      paramLabel = "CLASS",
      description = "A Java agent; when no agent and no app is named, the built-in one.")
  @Nullable String agent;

  @Option(
      names = "--classpath",
      paramLabel = "PATH",
      description = "Where the Java agent's classes are.")
  @Nullable String classpath;

  @Option(
      names = "--jvm-arg",
      paramLabel = "ARG",
      description = "For the Java agent's JVM, instead of our heap and compiler flags; repeatable.")
  List<String> jvmArgs = new ArrayList<>();

  @Option(
      names = "--exec",
      paramLabel = "COMMAND",
      description = "A program that speaks the job protocol, instead of a Java agent.")
  @Nullable String exec;

  @Option(
      names = "--agent-option",
      paramLabel = "KEY=VALUE",
      description = "Handed to the agent at its start; repeatable.")
  Map<String, String> agentOptions = new LinkedHashMap<>();

  @Option(
      names = "--vad",
      paramLabel = "ENGINE",
      defaultValue = "plain",
      description = "The built-in agent's voice detection: plain, onnxruntime or off.")
  VadEngine vad = VadEngine.PLAIN;

  @Option(
      names = "--env",
      paramLabel = "KEY=VALUE",
      description = "Environment of the job's process; repeatable.")
  Map<String, String> env = new LinkedHashMap<>();

  @Option(
      names = "--working-directory",
      paramLabel = "DIR",
      description = "Of the job's process (default: the worker's).")
  @Nullable Path workingDirectory;

  @Option(
      names = "--pass-api-keys",
      description = "Let job processes see LiveKit's API key and secret.")
  boolean passApiKeys;
}
