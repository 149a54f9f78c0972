package io.lkagent.probe.inside;

import io.lkagent.json.Json;
import io.lkagent.probe.Inside;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An {@link Inside} for programs: what {@code OUTPUT.md} describes. */
public final class InsideJson {
  private static final double MILLI = 1e6;
  private static final double DIGITS = 1e3;

  /** Modules below this part of all time are not listed. */
  private static final int LEAST = 1_000;

  /**
   * Modules load each other in long chains; deeper ones are not listed, as JSON readers have
   * limits.
   */
  private static final int DEEPEST = 20;

  private InsideJson() {}

  /** Its members; none of them when nothing is known but why. */
  public static Map<String, @Nullable Object> of(Inside inside) {
    return switch (inside) {
      case Inside.Imports imports -> imports(imports);
      case Inside.Jvm jvm -> jvm(jvm);
      case Inside.Unknown(String why) -> Json.object("kind", "unknown", "why", why);
    };
  }

  private static Map<String, @Nullable Object> imports(Inside.Imports imports) {
    long least = imports.totalNanos() / LEAST;
    return Json.object(
        "kind",
        "modules",
        "runtime",
        imports.family().name().toLowerCase(Locale.ROOT),
        "modules",
        imports.modules(),
        "total_ms",
        millis(imports.totalNanos()),
        "framework_ms",
        millis(imports.frameworkNanos()),
        "once",
        imports.once(),
        "packages",
        imports.shares().stream().map(InsideJson::share).toList(),
        "tree",
        modules(imports.roots(), least, DEEPEST),
        "per_start",
        modules(imports.perStart(), least, DEEPEST),
        "notes",
        imports.notes());
  }

  private static Map<String, @Nullable Object> share(Inside.Share share) {
    return Json.object(
        "package",
        share.part(),
        "framework",
        share.framework(),
        "modules",
        share.modules(),
        "own_ms",
        millis(share.ownNanos()),
        "total_ms",
        millis(share.totalNanos()));
  }

  private static List<Map<String, @Nullable Object>> modules(
      List<Inside.Module> modules, long least, int levels) {
    return modules.stream()
        .filter(module -> levels > 0 && module.totalNanos() >= least)
        .map(module -> module(module, least, levels - 1))
        .toList();
  }

  private static Map<String, @Nullable Object> module(Inside.Module module, long least, int below) {
    Map<String, @Nullable Object> members =
        Json.object(
            "name",
            module.name(),
            "package",
            module.part(),
            "own_ms",
            millis(module.ownNanos()),
            "total_ms",
            millis(module.totalNanos()));
    List<Map<String, @Nullable Object>> loaded = modules(module.children(), least, below);
    if (!loaded.isEmpty()) {
      members.put("loaded", loaded);
    }
    return members;
  }

  private static Map<String, @Nullable Object> jvm(Inside.Jvm jvm) {
    return Json.object(
        "kind",
        "jvm",
        "classes",
        jvm.classes(),
        "from_cache",
        jvm.fromCache(),
        "sources",
        jvm.sources().stream()
            .map(source -> Json.object("from", source.where(), "classes", source.classes()))
            .toList(),
        "cache_used",
        jvm.cacheUsed(),
        "cache",
        jvm.cache(),
        "collections",
        jvm.collections(),
        "pause_ms",
        millis(jvm.pauseNanos()));
  }

  private static double millis(long nanos) {
    return Math.round(nanos / MILLI * DIGITS) / DIGITS;
  }
}
