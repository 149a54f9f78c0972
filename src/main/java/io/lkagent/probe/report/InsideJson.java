package io.lkagent.probe.report;

import io.lkagent.json.Json;
import io.lkagent.probe.Inside;
import io.lkagent.probe.Inside.Module;
import io.lkagent.probe.Metric.Unit;
import java.util.List;
import java.util.Locale;

/** What a runtime's own instruments said, for programs. */
final class InsideJson {
  private InsideJson() {}

  static Object of(Inside inside) {
    return switch (inside) {
      case Inside.Imports imports -> imports(imports);
      case Inside.Jvm jvm -> jvm(jvm);
      case Inside.Unknown(String why) -> Json.object("kind", "unknown", "why", why);
    };
  }

  private static Object imports(Inside.Imports imports) {
    return Json.object(
        "kind", "imports",
        "family", imports.family().name().toLowerCase(Locale.ROOT),
        "modules", imports.modules(),
        "total_ms", ms(imports.totalNanos()),
        "framework_ms", ms(imports.frameworkNanos()),
        "shares",
            imports.shares().stream()
                .map(share ->
                    Json.object(
                        "part", share.part(),
                        "framework", share.framework(),
                        "modules", share.modules(),
                        "own_ms", ms(share.ownNanos()),
                        "total_ms", ms(share.totalNanos())))
                .toList(),
        "roots", modules(imports.roots()));
  }

  private static List<Object> modules(List<Module> modules) {
    return modules.stream()
        .<Object>map(module ->
            Json.object(
                "name", module.name(),
                "part", module.part(),
                "own_ms", ms(module.ownNanos()),
                "total_ms", ms(module.totalNanos()),
                "children", module.children().isEmpty() ? null : modules(module.children())))
        .toList();
  }

  private static Object jvm(Inside.Jvm jvm) {
    return Json.object(
        "kind", "jvm",
        "classes", jvm.classes(),
        "from_cache", jvm.fromCache(),
        "sources",
            jvm.sources().stream()
                .map(s -> Json.object("where", s.where(), "classes", s.classes()))
                .toList(),
        "cache_used", jvm.cacheUsed(),
        "cache", jvm.cache(),
        "collections", jvm.collections(),
        "pause_ms", ms(jvm.pauseNanos()));
  }

  private static Number ms(long nanos) {
    return Measure.number(Unit.NANOS, nanos);
  }
}
