package io.lkagent.frameworks;

import io.lkagent.json.Json;
import java.util.List;

/** Descriptions of apps, for the tests of those who read them. */
public final class Described {
  private Described() {}

  /** An app whose options are this JSON object. */
  public static AppDescription with(String options) {
    return new AppDescription(
        "livekit-agents",
        "1.8.9",
        true,
        AppDescription.Mode.FORK,
        "",
        "",
        false,
        false,
        new AppOptions(Json.parseObject(options)),
        List.of(),
        List.of());
  }

  /** A new one that must be spawned and asks for what it does not get. */
  public static AppDescription odd() {
    return new AppDescription(
        "livekit-agents",
        "9.0.0",
        false,
        AppDescription.Mode.SPAWN,
        "the app's import started 1 thread (pump)",
        "",
        true,
        false,
        new AppOptions(Json.parseObject("{\"api_key\":{\"set\":true}}")),
        List.of(new AppDescription.Refused("load_fnc", "load is counted by the worker")),
        List.of());
  }
}
