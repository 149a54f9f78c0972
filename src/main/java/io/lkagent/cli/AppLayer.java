package io.lkagent.cli;

import io.lkagent.frameworks.AppCommand;
import io.lkagent.frameworks.AppDescription;
import io.lkagent.frameworks.AppOption;
import io.lkagent.frameworks.AppOptions;
import io.lkagent.frameworks.Language;
import io.lkagent.frameworks.Permissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What an app says of its worker, as one more layer of options: over our defaults, under all else.
 *
 * @param source how {@code --print-config} names it: the app's file
 * @param values by option
 * @param more what no option sets, for {@code --print-config}
 */
record AppLayer(String source, Map<String, String> values, List<NamedWorker.Setting> more) {
  private static final AppLayer NONE = new AppLayer("", Map.of(), List.of());

  /** No app, or none that was asked. */
  static AppLayer none() {
    return NONE;
  }

  static AppLayer of(AppCommand app, AppDescription description) {
    String source = String.valueOf(app.file().getFileName());
    return new AppLayer(source, new Reader(description).values(), more(description, source));
  }

  private static List<NamedWorker.Setting> more(AppDescription description, String source) {
    List<NamedWorker.Setting> more = new ArrayList<>();
    more.add(
        new NamedWorker.Setting(
            "(framework)", description.framework() + " " + description.version(), source));
    more.add(
        new NamedWorker.Setting(
            "(processes)",
            switch (description.mode()) {
              case FORK -> "forked";
              case SPAWN -> "one interpreter each";
            },
            description.why()));
    description
        .options()
        .permissions()
        .ifPresent(option ->
            more.add(
                new NamedWorker.Setting(
                    "(permissions)", words(option.value()), option.set() ? source : "default")));
    return more;
  }

  private static String words(Permissions may) {
    Map<String, Boolean> all = new LinkedHashMap<>();
    all.put("publish", may.canPublish());
    all.put("subscribe", may.canSubscribe());
    all.put("publish-data", may.canPublishData());
    all.put("update-metadata", may.canUpdateMetadata());
    all.put("hidden", may.hidden());
    all.values().removeIf(granted -> !granted);
    return all.isEmpty() ? "none" : String.join(" ", all.keySet());
  }

  /** What the app asks for and does not get, a sentence each. */
  static List<String> warnings(AppCommand app, AppDescription description) {
    List<String> warnings = new ArrayList<>();
    if (!description.tried()) {
      warnings.add(
          "lkagent was not tried with %s %s, which is newer than it knows; it goes on"
              .formatted(description.framework(), description.version()));
    }
    // Node processes are never forked, so that it says nothing of this app.
    if (app.language() == Language.PYTHON
        && app.mayFork()
        && description.mode() == AppDescription.Mode.SPAWN
        && !description.why().isEmpty()) {
      warnings.add("each process loads the app by itself: " + description.why());
    }
    description
        .refused()
        .forEach(refused ->
            warnings.add(
                "the app's option " + refused.option() + " has no effect: " + refused.why()));
    if (description.options().bringsApiKey() || description.options().bringsApiSecret()) {
      warnings.add(
          "the app's own api_key and api_secret have no effect: set LIVEKIT_API_KEY and"
              + " LIVEKIT_API_SECRET");
    }
    return warnings;
  }

  /** Puts the app's options into our words. */
  private static final class Reader {
    private final AppOptions options;
    private final Map<String, String> values = new LinkedHashMap<>();

    Reader(AppDescription description) {
      this.options = description.options();
      if (!description.agentName().isEmpty()) {
        values.put("--agent-name", description.agentName());
      }
    }

    Map<String, String> values() {
      take("--agent-name", options.agentName(), name -> name);
      take("--idle-processes", options.idleProcesses(), String::valueOf);
      take("--init-timeout", options.initTimeout(), Reader::millis);
      take("--shutdown-timeout", options.shutdownTimeout(), Reader::millis);
      take("--drain-timeout", options.drainTimeout(), Reader::millis);
      take("--memory-warn", options.memoryWarn(), Reader::size);
      take("--memory-limit", options.memoryLimit(), Reader::size);
      // More than everything is how an app says that it is never full.
      take("--load-threshold", options.loadThreshold(), x -> String.valueOf(Math.min(x, 1.0)));
      take("--max-retry", options.maxRetry(), String::valueOf);
      take("--host", options.host(), host -> host);
      take("--port", options.port(), String::valueOf);
      take("--url", options.wsUrl(), url -> url);
      take("--log-level", options.logLevel(), Reader::level);
      sessionEnd();
      values.values().removeIf(String::isEmpty);
      return values;
    }

    /** The hook at a session's end has its time within the process's own end. */
    private void sessionEnd() {
      Optional<AppOption<Duration>> hook = options.sessionEndTimeout();
      Optional<AppOption<Duration>> end = options.shutdownTimeout();
      if (hook.isPresent() && end.isPresent()) {
        values.put("--shutdown-timeout", millis(end.get().value().plus(hook.get().value())));
      }
    }

    private <T> void take(String option, Optional<AppOption<T>> said, Function<T, String> text) {
      said.filter(AppOption::set).ifPresent(o -> values.put(option, text.apply(o.value())));
    }

    private static String millis(Duration duration) {
      return duration.toMillis() + "ms";
    }

    private static String size(double mebibytes) {
      return mebibytes > 0 ? Math.round(mebibytes * (1 << 20)) + "B" : "off";
    }

    private static String level(String name) {
      return switch (name.toLowerCase(Locale.ROOT)) {
        case "trace", "dev", "debug", "notset" -> "debug";
        case "info" -> "info";
        case "warn", "warning" -> "warn";
        case "error", "critical", "fatal" -> "error";
        default -> "";
      };
    }
  }
}
