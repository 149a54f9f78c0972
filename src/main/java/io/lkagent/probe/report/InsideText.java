package io.lkagent.probe.report;

import io.lkagent.log.Printable;
import io.lkagent.probe.Inside;
import io.lkagent.probe.Inside.Module;
import java.util.ArrayList;
import java.util.List;

/** What a runtime's own instruments said, shortened to what costs most. */
final class InsideText {
  private static final int MOST_PARTS = 8;
  private static final int MOST_CHILDREN = 3;
  private static final int DEEPEST = 3;
  private static final double WORTH_SHOWING = 0.03;

  private final Inside inside;
  private final Ink ink;

  InsideText(Inside inside, Ink ink) {
    this.inside = inside;
    this.ink = ink;
  }

  /** Empty when there is nothing to say. */
  List<String> lines() {
    return switch (inside) {
      case Inside.Imports imports -> imports(imports);
      case Inside.Jvm jvm -> jvm(jvm);
      case Inside.Unknown unknown -> List.of();
    };
  }

  private List<String> imports(Inside.Imports imports) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(
        ink.bold(
            "What is loaded: %s modules, %s (framework %s)"
                .formatted(
                    Figures.count(imports.modules()),
                    Figures.time(imports.totalNanos()),
                    Figures.time(imports.frameworkNanos()))));
    Grid grid = new Grid("package", "own", "with its own", "modules");
    imports.shares().stream()
        .limit(MOST_PARTS)
        .forEach(share ->
            grid.row(
                List.of(
                    share.part() + (share.framework() ? " (framework)" : ""),
                    Figures.time(share.ownNanos()),
                    Figures.time(share.totalNanos()),
                    Figures.count(share.modules()))));
    lines.addAll(grid.lines(ink));
    long least = (long) (imports.totalNanos() * WORTH_SHOWING);
    imports.roots().stream().limit(MOST_CHILDREN).forEach(m -> tree(m, "  ", 0, least, lines));
    return lines;
  }

  private static void tree(Module module, String indent, int depth, long least, List<String> to) {
    if (module.totalNanos() < least) {
      return;
    }
    to.add(
        "%s%s  %s"
            .formatted(
                indent,
                Grid.right(Figures.time(module.totalNanos()), 8),
                Printable.of(module.name())));
    if (depth < DEEPEST) {
      module.children().stream()
          .limit(MOST_CHILDREN)
          .forEach(child -> tree(child, indent + "  ", depth + 1, least, to));
    }
  }

  private List<String> jvm(Inside.Jvm jvm) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(
        ink.bold(
            "What is loaded: %s classes, %s of them from a cache"
                .formatted(Figures.count(jvm.classes()), Figures.count(jvm.fromCache()))));
    lines.addAll(Grid.wrapped("  AOT cache: ", jvm.cache(), "    ", 80));
    lines.add(
        jvm.collections() == 0
            ? "  No garbage collection until ready"
            : "  Garbage collections until ready: %d, %s in all"
                .formatted(jvm.collections(), Figures.time(jvm.pauseNanos())));
    Grid grid = new Grid("from", "classes");
    jvm.sources().stream()
        .limit(MOST_PARTS)
        .forEach(source -> grid.row(List.of(source.where(), Figures.count(source.classes()))));
    if (!grid.isEmpty()) {
      lines.addAll(grid.lines(ink));
    }
    return lines;
  }
}
