package io.lkagent.cli;

import io.lkagent.cli.ConfigFile.Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** Makes each worker's settings out of flags, environment, file and defaults, in this order. */
final class WorkerConfigs {
  /** Of a command's options, those that speak of this one call and not of a worker. */
  private static final Set<String> NOT_IN_FILE =
      Set.of("--config", "--print-config", "--dev", "--help", "--version", "--quiet", "--debug");

  private final Map<String, String> environment;
  private final Path directory;

  /** Parses the command line once more with these layers behind it; the innermost command. */
  private final Function<Layers, CommandLine> parsed;

  WorkerConfigs(
      Map<String, String> environment, Path directory, Function<Layers, CommandLine> parsed) {
    this.environment = environment;
    this.directory = directory;
    this.parsed = parsed;
  }

  /** The workers that are named; none named: all of the file; none there: one, of the flags. */
  List<NamedWorker> load(List<String> names, @Nullable Path config) {
    ConfigFile file = file(config);
    List<NamedWorker> workers = new ArrayList<>();
    for (String name : chosen(names, file)) {
      workers.add(worker(name, file, AppLayer.none()));
    }
    return workers;
  }

  private ConfigFile file(@Nullable Path config) {
    if (config != null) {
      return ConfigFile.read(config.toString(), directory.resolve(config));
    }
    Path usual = directory.resolve(ConfigFile.DEFAULT_NAME);
    return Files.exists(usual)
        ? ConfigFile.read(ConfigFile.DEFAULT_NAME, usual)
        : ConfigFile.none();
  }

  private static Set<String> chosen(List<String> names, ConfigFile file) {
    for (String name : names) {
      if (!file.workers().containsKey(name)) {
        String known =
            file.workers().isEmpty()
                ? "names no workers"
                : "names " + String.join(", ", file.workers().keySet());
        throw new UsageException(
            "no worker \"%s\": %s %s%s"
                .formatted(
                    name, file.name(), known, Suggestion.forTypo(name, file.workers().keySet())));
      }
    }
    if (!names.isEmpty()) {
      return new LinkedHashSet<>(names);
    }
    return file.workers().isEmpty() ? Set.of(NamedWorker.ONLY) : file.workers().keySet();
  }

  private NamedWorker worker(String name, ConfigFile file, AppLayer app) {
    Layers layers = new Layers(environment, file, name, app);
    CommandLine command;
    try {
      command = parsed.apply(layers);
    } catch (ParameterException e) {
      throw new UsageException(Cli.withSource(e, layers));
    }
    refuseUnknownKeys(file, command);
    WorkerOptions options = ((WorkerStartCommand) command.getCommand()).options;
    List<OptionSpec> specs = settable(command);
    specs.stream().filter(OptionSpec::isMultiValue).forEach(spec -> join(spec, command, layers));
    checked(options, layers, specs, command);
    options.app.known(file.workers().keySet());
    SecretSource secret = SecretSource.of(options.server.apiSecretFile, environment, directory);
    List<NamedWorker.Setting> settings = settings(specs, command, layers, secret);
    settings.addAll(app.more());
    return new NamedWorker(name, options, secret, settings, said -> worker(name, file, said));
  }

  private static void checked(
      WorkerOptions options, Layers layers, List<OptionSpec> specs, CommandLine command) {
    try {
      options.check();
    } catch (UsageException e) {
      String text = String.valueOf(e.getMessage());
      for (OptionSpec spec : specs) {
        Layers.Answer answer = layers.answer(spec);
        boolean flag = command.getParseResult().hasMatchedOption(spec);
        if (answer != null && !flag && text.startsWith(spec.longestName() + " ")) {
          throw new UsageException(text + " (" + answer.source() + ")");
        }
      }
      throw e;
    }
  }

  private static List<OptionSpec> settable(CommandLine command) {
    return command.getCommandSpec().options().stream()
        .filter(option -> !NOT_IN_FILE.contains(option.longestName()))
        .toList();
  }

  private static void refuseUnknownKeys(ConfigFile file, CommandLine command) {
    Set<String> known = new LinkedHashSet<>(settable(command).stream().map(Layers::key).toList());
    refuseUnknownKeys(file.name(), file.defaults(), known);
    file.workers().values().forEach(options -> refuseUnknownKeys(file.name(), options, known));
  }

  private static void refuseUnknownKeys(
      String name, Map<String, Entry> options, Set<String> known) {
    options.forEach((key, entry) -> {
      if (key.equals("api-secret")) {
        throw new UsageException(
            "%s:%d: a secret does not belong here; use api-secret-file or LIVEKIT_API_SECRET"
                .formatted(name, entry.line()));
      }
      if (!known.contains(key)) {
        throw new UsageException(
            "%s:%d: unknown key \"%s\"%s"
                .formatted(name, entry.line(), key, Suggestion.forTypo(key, known)));
      }
    });
  }

  /** Gives a list or map its value: flags replace a list, and go over a map's entries. */
  private static void join(OptionSpec option, CommandLine command, Layers layers) {
    Layers.Answer answer = layers.answer(option);
    boolean given = command.getParseResult().hasMatchedOption(option);
    if (answer == null || (given && !isMap(option))) {
      return;
    }
    if (!isMap(option)) {
      option.setValue(asList(option, answer));
      return;
    }
    Map<String, String> joined = new LinkedHashMap<>(asMap(option, answer));
    if (given) {
      Map<?, ?> flags = option.getValue();
      flags.forEach((key, value) -> joined.put(String.valueOf(key), String.valueOf(value)));
    }
    option.setValue(joined);
  }

  private static boolean isMap(OptionSpec option) {
    return Map.class.isAssignableFrom(option.type());
  }

  private static List<String> asList(OptionSpec option, Layers.Answer answer) {
    return switch (answer.value()) {
      case Entry.One(String value, int line) when line == 0 -> List.of(value.strip().split("\\s+"));
      case Entry.One(String value, int _) -> List.of(value);
      case Entry.Many(List<String> values, int _) -> values;
      case Entry.Pairs _ ->
          throw new UsageException(
              "%s: %s takes a list".formatted(answer.source(), Layers.key(option)));
    };
  }

  private static Map<String, String> asMap(OptionSpec option, Layers.Answer answer) {
    if (answer.value() instanceof Entry.Pairs(var values, int _)) {
      return values;
    }
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String word : asList(option, answer)) {
      int equals = word.indexOf('=');
      if (equals < 1) {
        throw new UsageException(
            "%s: %s takes KEY=VALUE, and \"%s\" is not"
                .formatted(answer.source(), option.longestName(), word));
      }
      pairs.put(word.substring(0, equals), word.substring(equals + 1));
    }
    return pairs;
  }

  private static List<NamedWorker.Setting> settings(
      List<OptionSpec> specs, CommandLine command, Layers layers, SecretSource secret) {
    List<NamedWorker.Setting> settings = new ArrayList<>();
    WorkerOptions options = ((WorkerStartCommand) command.getCommand()).options;
    for (OptionSpec spec : specs) {
      Layers.Answer answer = layers.answer(spec);
      boolean flag = command.getParseResult().hasMatchedOption(spec);
      String source = answer == null ? NamedWorker.DEFAULT : answer.source();
      if (flag) {
        source = answer != null && isMap(spec) ? "flag, " + source : "flag";
      }
      boolean chosen = flag || (answer != null && answer.chosen());
      settings.add(
          new NamedWorker.Setting(spec.longestName(), shown(spec, options), source, chosen));
    }
    settings.add(new NamedWorker.Setting("(API secret)", secret.toString(), ""));
    return settings;
  }

  /**
   * The value as the table shows it; of maps the names only, since values can be providers' keys.
   */
  private static String shown(OptionSpec spec, WorkerOptions options) {
    @Nullable Object value =
        switch (spec.longestName()) {
          case "--idle-processes" -> options.limits.idleProcesses();
          case "--max-initializing" -> options.limits.maxInitializing();
          default -> spec.getValue();
        };
    if (value instanceof Map<?, ?> map) {
      return map.isEmpty()
          ? ""
          : String.join(" ", map.keySet().stream().map(key -> key + "=***").toList());
    }
    return Shown.value(value);
  }
}
