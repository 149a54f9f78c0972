package io.lkagent.frameworks;

import io.lkagent.json.JsonException;
import io.lkagent.json.JsonObject;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The worker's options as the app and its framework have them, by the framework's names. */
public record AppOptions(JsonObject options) {
  public AppOptions(JsonObject options) {
    this.options = options;
    check();
  }

  /** No options at all. */
  public static AppOptions none() {
    return new AppOptions(new JsonObject(Map.of()));
  }

  public Optional<AppOption<String>> agentName() {
    return text("agent_name");
  }

  public Optional<AppOption<Integer>> idleProcesses() {
    return option("num_idle_processes", o -> o.integer("value"));
  }

  public Optional<AppOption<Duration>> initTimeout() {
    return seconds("initialize_process_timeout");
  }

  public Optional<AppOption<Duration>> shutdownTimeout() {
    return seconds("shutdown_process_timeout");
  }

  /** How long the app's session end hook may take; absent when it has none. */
  public Optional<AppOption<Duration>> sessionEndTimeout() {
    return seconds("session_end_timeout");
  }

  public Optional<AppOption<Duration>> drainTimeout() {
    return seconds("drain_timeout");
  }

  /** In megabytes; 0 for never. */
  public Optional<AppOption<Double>> memoryWarn() {
    return real("job_memory_warn_mb");
  }

  /** In megabytes; 0 for none. */
  public Optional<AppOption<Double>> memoryLimit() {
    return real("job_memory_limit_mb");
  }

  public Optional<AppOption<Double>> loadThreshold() {
    return real("load_threshold");
  }

  public Optional<AppOption<Integer>> maxRetry() {
    return option("max_retry", o -> o.integer("value"));
  }

  public Optional<AppOption<String>> host() {
    return text("host");
  }

  public Optional<AppOption<Integer>> port() {
    return option("port", o -> o.integer("value"));
  }

  public Optional<AppOption<String>> wsUrl() {
    return text("ws_url");
  }

  public Optional<AppOption<String>> logLevel() {
    return text("log_level");
  }

  public Optional<AppOption<Permissions>> permissions() {
    return option("permissions", o -> permissions(o.object("value")));
  }

  /** True when the app brings an API key of its own; its value stays with the app. */
  public boolean bringsApiKey() {
    return options.object("api_key").flag("set", false);
  }

  public boolean bringsApiSecret() {
    return options.object("api_secret").flag("set", false);
  }

  private Optional<AppOption<String>> text(String name) {
    return option(name, o -> o.string("value"));
  }

  private Optional<AppOption<Duration>> seconds(String name) {
    return option(name, o -> Duration.ofMillis(Math.round(o.real("value", 0) * 1000)));
  }

  private Optional<AppOption<Double>> real(String name) {
    return option(name, o -> o.real("value", 0));
  }

  private <T> Optional<AppOption<T>> option(String name, Function<JsonObject, T> value) {
    JsonObject option = options.object(name);
    try {
      return option.has("value")
          ? Optional.of(new AppOption<>(value.apply(option), option.flag("set", false)))
          : Optional.empty();
    } catch (JsonException e) {
      throw new JsonException("option " + name + ": " + e.getMessage());
    }
  }

  private static Permissions permissions(JsonObject o) {
    return new Permissions(
        o.flag("can_publish", true),
        o.flag("can_subscribe", true),
        o.flag("can_publish_data", true),
        o.flag("can_update_metadata", true),
        o.flag("hidden", false));
  }

  /** A wrong type is found here, so that nobody meets it later. */
  private void check() {
    agentName();
    idleProcesses();
    initTimeout();
    shutdownTimeout();
    sessionEndTimeout();
    drainTimeout();
    memoryWarn();
    memoryLimit();
    loadThreshold();
    maxRetry();
    host();
    port();
    wsUrl();
    logLevel();
    permissions();
  }

  @Override
  public String toString() {
    return "AppOptions" + options.values().keySet();
  }
}
