package io.lkagent.probe.inside;

import io.lkagent.probe.Family;
import io.lkagent.probe.Inside;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
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

  /** Chains of modules that cost the same are shown by their ends. */
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
    roots.forEach(root -> flatten(root, flat));
    long least = Math.max(1, all / LEAST);
    IdentityHashMap<Inside.Module, Boolean> shown = new IdentityHashMap<>();
    flat.stream()
        .filter(module -> module.totalNanos() >= least && !isLink(module))
        .sorted(Comparator.comparingLong(Inside.Module::totalNanos).reversed())
        .limit(MOST_MODULES)
        .forEach(module -> shown.put(module, true));
    // The cost is where the own time is, however deep.
    flat.stream()
        .filter(module -> module.ownNanos() >= least)
        .sorted(Comparator.comparingLong(Inside.Module::ownNanos).reversed())
        .limit(MOST_MODULES / 2)
        .forEach(module -> shown.put(module, true));
    Set<String> named = new HashSet<>();
    roots.forEach(root -> show(root, 0, shown, named, lines));
  }

  private static void flatten(Inside.Module module, List<Inside.Module> into) {
    into.add(module);
    module.children().forEach(child -> flatten(child, into));
  }

  /** Whether nearly all of a module's time is that of one that it loaded from its own package. */
  private static boolean isLink(Inside.Module module) {
    return module.children().stream()
        .anyMatch(child ->
            child.part().equals(module.part()) && child.totalNanos() >= SAME * module.totalNanos());
  }

  private static void show(
      Inside.Module module,
      int depth,
      IdentityHashMap<Inside.Module, Boolean> shown,
      Set<String> named,
      List<String> lines) {
    boolean here = shown.containsKey(module) && named.add(module.name() + " " + depth);
    if (here) {
      lines.add(row(module.ownNanos(), module.totalNanos()) + "  ".repeat(depth) + module.name());
    }
    module.children().forEach(child -> show(child, here ? depth + 1 : depth, shown, named, lines));
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
