package io.lkagent.probe.inside;

import io.lkagent.process.ProcessSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Commands with something added to them. */
final class Specs {
  private static final Pattern SHELL_EXEC = Pattern.compile("exec\\s+(\\S+)");

  private Specs() {}

  static ProcessSpec command(ProcessSpec spec, List<String> command) {
    return new ProcessSpec(command, spec.environment(), spec.withheld(), spec.workingDirectory());
  }

  static ProcessSpec environment(ProcessSpec spec, String name, String value) {
    Map<String, String> environment = new HashMap<>(spec.environment());
    environment.put(name, value);
    return new ProcessSpec(spec.command(), environment, spec.withheld(), spec.workingDirectory());
  }

  /** Adds words to a variable that its process would have had anyway. */
  static ProcessSpec appended(ProcessSpec spec, String name, String words) {
    String before = spec.environment().getOrDefault(name, System.getenv().getOrDefault(name, ""));
    return environment(spec, name, before.isBlank() ? words : before + " " + words);
  }

  /** The same command with words in front of the one at {@code index}. */
  static ProcessSpec inserted(ProcessSpec spec, int index, List<String> words) {
    List<String> command = new ArrayList<>(spec.command());
    command.addAll(index, words);
    return command(spec, command);
  }

  /** Where the first word with this ending stands; -1 without one. */
  static int indexOf(ProcessSpec spec, String ending) {
    List<String> command = spec.command();
    for (int i = 0; i < command.size(); i++) {
      if (command.get(i).endsWith(ending)) {
        return i;
      }
    }
    return -1;
  }

  /** The program of a command line for the shell, {@code exec PROGRAM …}; empty for another. */
  static String program(ProcessSpec spec) {
    Matcher words = SHELL_EXEC.matcher(spec.command().getLast());
    return words.lookingAt() ? words.group(1) : "";
  }
}
