package io.lkagent.frameworks;

import io.lkagent.frameworks.AppFault.Kind;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where an app's file and its interpreter are looked for. */
final class AppSearch {
  private static final List<String> VENVS = List.of(".venv", "venv");

  private final Language language;
  private final Map<String, String> environment;
  private final Path folder;

  AppSearch(Language language, Map<String, String> environment, Path folder) {
    this.language = language;
    this.environment = environment;
    this.folder = folder;
  }

  Path file(@Nullable Path given) throws AppFault {
    if (given != null) {
      Path file = folder.resolve(given);
      if (Files.isRegularFile(file) && Files.isReadable(file)) {
        return file.normalize();
      }
      String what =
          Files.isDirectory(file)
              ? " is a folder; name the app's file in it"
              : Files.exists(file) ? " cannot be read" : " does not exist";
      throw new AppFault(Kind.NO_APP_FILE, option() + ": " + file.normalize() + what);
    }
    for (String name : language.defaultFiles()) {
      Path file = folder.resolve(name);
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    String names = String.join(", ", language.defaultFiles());
    throw new AppFault(
        Kind.NO_APP_FILE,
        option() + ": no app in " + folder + "; name its file (tried " + names + ")");
  }

  List<String> interpreter(@Nullable Path given, Path app) throws AppFault {
    if (given != null) {
      return List.of(given(given).toString());
    }
    return Stream.concat(
            environments(app).stream().flatMap(e -> inEnvironment(e).stream()), onPath())
        .findFirst()
        .map(program -> List.of(program.toString()))
        .orElseThrow(() -> none(app));
  }

  /** A program, a virtual environment's folder, or a bare name to look for on the PATH. */
  private Path given(Path given) throws AppFault {
    Path path = folder.resolve(given).normalize();
    if (Files.isDirectory(path)) {
      return inEnvironment(path)
          .orElseThrow(() ->
              new AppFault(
                  Kind.NO_INTERPRETER,
                  path
                      + " is no virtual environment: it has no bin/"
                      + language.programs().getFirst()));
    }
    if (Files.isExecutable(path)) {
      return path;
    }
    Optional<Path> named =
        given.getNameCount() == 1 && !given.isAbsolute() && !Files.exists(path)
            ? pathEntries().map(entry -> entry.resolve(given)).filter(AppSearch::runs).findFirst()
            : Optional.empty();
    return named.orElseThrow(() ->
        new AppFault(
            Kind.NO_INTERPRETER,
            "interpreter "
                + path
                + (Files.exists(path) ? " cannot be executed" : " does not exist")
                + "; name a "
                + language.words()
                + " program"
                + (language == Language.PYTHON ? " or a virtual environment's folder" : "")));
  }

  /** The folders that may be the app's virtual environment, the likeliest first. */
  private Set<Path> environments(Path app) {
    Set<Path> found = new LinkedHashSet<>();
    if (language == Language.PYTHON) {
      String active = environment.getOrDefault("VIRTUAL_ENV", "");
      if (!active.isEmpty()) {
        found.add(Path.of(active));
      }
      List<Path> places = new ArrayList<>();
      if (app.getParent() != null) {
        places.add(app.getParent());
      }
      places.add(folder);
      places.forEach(place -> VENVS.forEach(name -> found.add(place.resolve(name))));
    }
    return found;
  }

  private Optional<Path> inEnvironment(Path venv) {
    return language.programs().stream()
        .map(name -> venv.resolve("bin").resolve(name))
        .filter(AppSearch::runs)
        .findFirst();
  }

  private Stream<Path> onPath() {
    return language.programs().stream()
        .flatMap(name -> pathEntries().map(entry -> entry.resolve(name)))
        .filter(AppSearch::runs);
  }

  private Stream<Path> pathEntries() {
    return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .filter(entry -> !entry.isEmpty())
        .map(folder::resolve);
  }

  private static boolean runs(Path program) {
    return Files.isRegularFile(program) && Files.isExecutable(program);
  }

  private AppFault none(Path app) {
    String programs = String.join(" or ", language.programs());
    String places =
        language == Language.PYTHON
            ? "; make a virtual environment in " + app.getParent() + "/.venv, or name one"
            : "; install it, or name it";
    return new AppFault(
        Kind.NO_INTERPRETER,
        "no " + language.words() + " found (" + programs + " on the PATH)" + places);
  }

  private String option() {
    return "--" + language.text();
  }
}
