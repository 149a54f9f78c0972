package io.lkagent.probe.inside;

import io.lkagent.probe.Family;
import io.lkagent.probe.Inside;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** An {@link Inside} for people: the modules, packages and classes that matter. */
public final class InsideText {
  private static final int MOST_MODULES = 12;
  private static final int MOST_PACKAGES = 8;
  private static final int MOST_SOURCES = 6;

  /** Below one part in so many nothing is shown. */
  private static final int LEAST = 100;

  /** Of a chain of modules that cost the same the outermost is shown: it is what is imported. */
  private static final double SAME = 0.95;

  private static final double MILLI = 1e6;
  private static final double SECOND = 1e9;
  private static final int PERCENT = 100;

  private InsideText() {}

  /** A few lines, without a heading. */
  public static List<String> lines(Inside inside) {
    return switch (inside) {
      case Inside.Imports imports -> imports(imports);
      case Inside.Jvm jvm -> jvm(jvm);
      case Inside.Unknown(String why) -> List.of("not looked into: " + why);
    };
  }

  private static List<String> imports(Inside.Imports imports) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%d modules in %s%s; LiveKit's framework and what it brings: %s (%d %%)"
            .formatted(
                imports.modules(),
                time(imports.totalNanos()),
                imports.once() ? ", loaded once for all processes" : "",
                time(imports.frameworkNanos()),
                percent(imports.frameworkNanos(), imports.totalNanos())));
    lines.add("      own     total  module");
    tree(imports.roots(), imports.totalNanos(), lines);
    lines.add("      own     total  package");
    packages(imports, lines);
    if (!imports.perStart().isEmpty()) {
      long sum = imports.perStart().stream().mapToLong(Inside.Module::totalNanos).sum();
      lines.add("each process loads on top: " + time(sum));
      tree(imports.perStart(), sum, lines);
    }
    imports.notes().forEach(note -> lines.add("(" + note + ")"));
    return lines;
  }

  private static void packages(Inside.Imports imports, List<String> lines) {
    long least = imports.totalNanos() / LEAST;
    imports.shares().stream()
        .filter(share -> share.ownNanos() >= least)
        .limit(MOST_PACKAGES)
        .forEach(share ->
            lines.add(
                row(share.ownNanos(), share.totalNanos())
                    + words(share.part(), imports.family())
                    + (share.framework() ? " (the framework's)" : "")
                    + (share.modules() > 1 ? ", %d modules".formatted(share.modules()) : "")));
  }

  private static String words(String part, Family family) {
    if (part.equals(Inside.ADAPTER)) {
      return "lkagent's adapter";
    }
    return family == Family.PYTHON && part.equals("python") ? "Python's own" : part;
  }

  /** The largest modules, each below the nearest of those that loaded it and are shown, too. */
  private static void tree(List<Inside.Module> roots, long all, List<String> lines) {
    List<Inside.Module> flat = new ArrayList<>();
    Set<Inside.Module> links = Collections.newSetFromMap(new IdentityHashMap<>());
    roots.forEach(root -> flatten(root, flat, links));
    long least = Math.max(1, all / LEAST);
    Set<Inside.Module> shown = Collections.newSetFromMap(new IdentityHashMap<>());
    flat.stream()
        .filter(module -> module.totalNanos() >= least && !links.contains(module))
        .sorted(Comparator.comparingLong(Inside.Module::totalNanos).reversed())
        .limit(MOST_MODULES)
        .forEach(module -> shown.add(module));
    // The cost is where the own time is, however deep.
    flat.stream()
        .filter(module -> module.ownNanos() >= least)
        .sorted(Comparator.comparingLong(Inside.Module::ownNanos).reversed())
        .limit(MOST_MODULES / 2)
        .forEach(module -> shown.add(module));
    roots.forEach(root -> show(root, 0, shown, lines));
  }

  private static void flatten(
      Inside.Module module, List<Inside.Module> into, Set<Inside.Module> links) {
    into.add(module);
    for (Inside.Module child : module.children()) {
      if (isLink(child, module)) {
        links.add(child);
      }
      flatten(child, into, links);
    }
  }

  /** Whether a module is nearly all that the one of its package did that loaded it. */
  private static boolean isLink(Inside.Module module, Inside.Module loader) {
    return module.part().equals(loader.part()) && module.totalNanos() >= SAME * loader.totalNanos();
  }

  private static void show(
      Inside.Module module, int depth, Set<Inside.Module> shown, List<String> lines) {
    boolean here = shown.contains(module);
    if (here) {
      lines.add(row(module.ownNanos(), module.totalNanos()) + "  ".repeat(depth) + module.name());
    }
    module.children().forEach(child -> show(child, here ? depth + 1 : depth, shown, lines));
  }

  private static String row(long own, long total) {
    return "%9s %9s  ".formatted(time(own), time(total));
  }

  private static List<String> jvm(Inside.Jvm jvm) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%d classes, %d of them (%d %%) from a cache"
            .formatted(jvm.classes(), jvm.fromCache(), percent(jvm.fromCache(), jvm.classes())));
    jvm.sources().stream()
        .limit(MOST_SOURCES)
        .forEach(source -> lines.add("%9d  %s".formatted(source.classes(), source.where())));
    long more = jvm.sources().stream().skip(MOST_SOURCES).mapToLong(Inside.Source::classes).sum();
    if (more > 0) {
      lines.add("%9d  elsewhere".formatted(more));
    }
    lines.add(
        (jvm.cacheUsed() ? "ahead-of-time cache: " : "no ahead-of-time cache: ") + jvm.cache());
    lines.add(
        jvm.collections() == 0
            ? "no garbage collection"
            : "%d garbage collections, pauses of %s in all"
                .formatted(jvm.collections(), time(jvm.pauseNanos())));
    return lines;
  }

  private static int percent(long part, long all) {
    return all == 0 ? 0 : (int) Math.round((double) part * PERCENT / all);
  }

  private static String time(long nanos) {
    return nanos >= SECOND
        ? String.format(Locale.ROOT, "%.2f s", nanos / SECOND)
        : String.format(Locale.ROOT, "%.1f ms", nanos / MILLI);
  }
}
