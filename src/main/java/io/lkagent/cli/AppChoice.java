package io.lkagent.cli;

import io.lkagent.frameworks.AppCommand;
import io.lkagent.frameworks.AppFault;
import io.lkagent.frameworks.Language;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** An app written with LiveKit's own framework, in place of an agent. */
@HelpSection("Agent")
final class AppChoice {
  @Option(
      names = "--python",
      paramLabel = "FILE",
      arity = "0..1",
      description = "An app of LiveKit Agents in Python; without FILE, one of the usual names.")
  @Nullable String python;

  @Option(names = "--node", paramLabel = "FILE", arity = "0..1", description = "The same for Node.")
  @Nullable String node;

  @Option(
      names = "--interpreter",
      paramLabel = "PATH",
      description = "What runs the app: python, node, or a virtual environment's folder.")
  @Nullable Path interpreter;

  @Option(
      names = "--no-fork",
      description =
          "Python: each process loads the app by itself, for libraries that a fork breaks.")
  boolean noFork;

  boolean given() {
    return python != null || node != null;
  }

  /** Says which two do not go together. */
  void check() {
    if (python != null && node != null) {
      throw new UsageException("--python and --node are both given; choose one");
    }
    if (interpreter != null && !given()) {
      throw new UsageException(
          "--interpreter runs an app, and none is given; name it with --python or --node");
    }
    if (noFork && python == null) {
      throw new UsageException("--no-fork is for apps in Python; name one with --python");
    }
  }

  private Set<String> workers = Set.of();

  /** The names of the file's workers: one may have been taken for the app's file. */
  void known(Set<String> names) {
    workers = names;
  }

  /** The app and what runs it. */
  AppCommand command(Map<String, String> environment, Path workingDirectory) throws AppFault {
    Language language = python != null ? Language.PYTHON : Language.NODE;
    String file = python != null ? python : node;
    if (file != null && workers.contains(file) && !Files.exists(workingDirectory.resolve(file))) {
      throw new UsageException(
          "--%s takes the next word for its FILE, and there is no file %s; to start the worker %s,"
                  .formatted(language.text(), file, file)
              + " put its name before --%s".formatted(language.text()));
    }
    AppCommand app =
        AppCommand.find(
            language,
            file == null || file.isEmpty() ? null : Path.of(file),
            interpreter,
            environment,
            workingDirectory);
    return noFork ? app.withoutFork() : app;
  }
}
