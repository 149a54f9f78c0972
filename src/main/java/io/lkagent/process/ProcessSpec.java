package io.lkagent.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a job process is made of: everything needed to start one, and nothing about when.
 *
 * @param command program and arguments
 * @param environment set on top of the worker's own environment
 * @param withheld names taken out of the worker's environment, such as LiveKit's API key and secret
 * @param workingDirectory where it runs; null for the worker's own
 */
public record ProcessSpec(
    List<String> command,
    Map<String, String> environment,
    Set<String> withheld,
    @Nullable Path workingDirectory) {
  public ProcessSpec {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
    withheld = Set.copyOf(withheld);
  }

  /** Names only: values of an environment may be secrets. */
  @Override
  public String toString() {
    return "ProcessSpec[" + command + ", environment " + new TreeMap<>(environment).keySet() + "]";
  }
}
