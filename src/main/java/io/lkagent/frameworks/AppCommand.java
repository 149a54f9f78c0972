package io.lkagent.frameworks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An app and what runs it.
 *
 * @param interpreter program and its own arguments
 * @param file the user's app, absolute
 * @param mayFork false when each process is to load the app by itself, whatever could be shared
 */
public record AppCommand(Language language, List<String> interpreter, Path file, boolean mayFork) {
  public AppCommand {
    interpreter = List.copyOf(interpreter);
  }

  /**
   * Finds the app and its interpreter.
   *
   * @param file the app as the user named it; null to look for the names that the framework looks
   *     for
   * @param interpreter a program or the folder of a virtual environment; null to look for one
   * @param environment the worker's, for VIRTUAL_ENV and PATH
   * @param workingDirectory where the app is to run; relative paths start there
   */
  public static AppCommand find(
      Language language,
      @Nullable Path file,
      @Nullable Path interpreter,
      Map<String, String> environment,
      Path workingDirectory)
      throws AppFault {
    AppSearch search = new AppSearch(language, environment, workingDirectory.toAbsolutePath());
    Path app = search.file(file);
    return new AppCommand(language, search.interpreter(interpreter, app), app, true);
  }

  /** The same app, never forked. */
  public AppCommand withoutFork() {
    return new AppCommand(language, interpreter, file, false);
  }

  /** The command line of the host process. */
  List<String> host(Path script) {
    return line(script, mayFork ? "host" : "host-no-fork");
  }

  /** The command line of a job process that is not forked. */
  List<String> job(Path script) {
    return line(script, "job");
  }

  private List<String> line(Path script, String role) {
    List<String> line = new ArrayList<>(interpreter);
    line.addAll(List.of(script.toString(), role, file.toString()));
    return line;
  }

  /** For people: {@code python app.py}. */
  public String words() {
    return language.text() + " " + file.getFileName();
  }
}
