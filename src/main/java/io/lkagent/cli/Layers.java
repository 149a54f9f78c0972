package io.lkagent.cli;

import io.lkagent.cli.ConfigFile.Entry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What answers for an option that no flag set: the environment, then the file, then the app; else
 * its default.
 */
final class Layers implements IDefaultValueProvider {
  /** A value and where it came from, as {@code --print-config} says it; from an app, or chosen. */
  record Answer(Entry value, String source, boolean chosen) {
    Answer(Entry value, String source) {
      this(value, source, true);
    }
  }

  private final Map<String, String> environment;
  private final ConfigFile file;
  private final @Nullable String worker;
  private final AppLayer app;

  Layers(Map<String, String> environment, ConfigFile file, @Nullable String worker, AppLayer app) {
    this.environment = environment;
    this.file = file;
    this.worker = worker;
    this.app = app;
  }

  @Override
  public @Nullable String defaultValue(ArgSpec arg) {
    // Lists and maps are joined from the layers afterwards (see WorkerConfigs): one text cannot
    // hold them.
    if (!(arg instanceof OptionSpec option) || option.isMultiValue()) {
      return null;
    }
    Answer answer = answer(option);
    if (answer == null) {
      return null;
    }
    return switch (answer.value()) {
      case Entry.One(String value, int _) -> isFlag(option) ? truth(value) : value;
      case Entry.Many _, Entry.Pairs _ ->
          throw new UsageException(
              "%s: %s takes one value".formatted(answer.source(), option.longestName()));
    };
  }

  /** The strongest layer's answer, or null when none speaks of the option. */
  @Nullable Answer answer(OptionSpec option) {
    for (String name : Environment.namesOf(option)) {
      String value = environment.get(name);
      if (value != null && !value.isEmpty()) {
        return new Answer(new Entry.One(value, 0), "environment " + name);
      }
    }
    Answer fromFile = fromFile(option);
    if (fromFile != null) {
      return fromFile;
    }
    String fromApp = app.values().get(option.longestName());
    return fromApp == null ? null : new Answer(new Entry.One(fromApp, 0), app.source(), false);
  }

  private @Nullable Answer fromFile(OptionSpec option) {
    String key = key(option);
    Entry own = worker == null ? null : file.workers().getOrDefault(worker, Map.of()).get(key);
    Entry shared = file.defaults().get(key);
    if (own instanceof Entry.Pairs(var values, int line) && shared instanceof Entry.Pairs all) {
      Map<String, String> joined = new LinkedHashMap<>(all.values());
      joined.putAll(values);
      return new Answer(new Entry.Pairs(joined, line), file.name() + ":" + line);
    }
    Entry entry = own != null ? own : shared;
    return entry == null ? null : new Answer(entry, file.name() + ":" + entry.line());
  }

  static String key(OptionSpec option) {
    return option.longestName().substring(2);
  }

  private static boolean isFlag(OptionSpec option) {
    return option.type() == boolean.class || option.type() == Boolean.class;
  }

  private static String truth(String value) {
    String lower = value.toLowerCase(Locale.ROOT);
    if (List.of("1", "yes", "on", "true").contains(lower)) {
      return "true";
    }
    return List.of("0", "no", "off", "false").contains(lower) ? "false" : value;
  }
}
