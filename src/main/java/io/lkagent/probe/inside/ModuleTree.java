package io.lkagent.probe.inside;

import io.lkagent.probe.Inside;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Sums over what a program loaded: by package, with the framework's part and what it brought. */
final class ModuleTree {
  private static final Comparator<Inside.Module> SLOWEST_FIRST =
      Comparator.comparingLong(Inside.Module::totalNanos)
          .reversed()
          .thenComparing(Inside.Module::name);

  /** One row of the table by package. */
  private record Row(String part, boolean framework) {}

  private static final class Sum {
    int modules;
    long own;
    long total;
  }

  private final Map<Row, Sum> sums = new HashMap<>();
  private final Set<Row> around = new HashSet<>();
  private final List<Inside.Module> roots;
  private int modules;
  private long framework;

  ModuleTree(List<Inside.Module> roots) {
    this.roots = sorted(roots);
    this.roots.forEach(root -> add(root, false));
  }

  /** A module whose total is its own time and that of what it loaded. */
  static Inside.Module module(String name, String part, long own, List<Inside.Module> children) {
    long total = own + children.stream().mapToLong(Inside.Module::totalNanos).sum();
    return new Inside.Module(name, part, own, total, sorted(children));
  }

  static List<Inside.Module> sorted(List<Inside.Module> modules) {
    List<Inside.Module> sorted = new ArrayList<>(modules);
    sorted.sort(SLOWEST_FIRST);
    return sorted;
  }

  /** LiveKit's own packages; what they load is theirs, too, unless it was there before. */
  static boolean isFramework(String part) {
    return part.equals("livekit") || part.startsWith("livekit.") || part.startsWith("@livekit/");
  }

  private void add(Inside.Module module, boolean within) {
    boolean ofFramework = within || isFramework(module.part());
    Row row = new Row(module.part(), ofFramework);
    Sum sum = sums.computeIfAbsent(row, _ -> new Sum());
    sum.modules++;
    sum.own += module.ownNanos();
    modules++;
    if (ofFramework && !within) {
      framework += module.totalNanos();
    }
    boolean outermost = around.add(row);
    if (outermost) {
      sum.total += module.totalNanos();
    }
    module.children().forEach(child -> add(child, ofFramework));
    if (outermost) {
      around.remove(row);
    }
  }

  List<Inside.Module> roots() {
    return roots;
  }

  int modules() {
    return modules;
  }

  long total() {
    return roots.stream().mapToLong(Inside.Module::totalNanos).sum();
  }

  long framework() {
    return framework;
  }

  List<Inside.Share> shares() {
    return sums.entrySet().stream()
        .map(entry ->
            new Inside.Share(
                entry.getKey().part(),
                entry.getKey().framework(),
                entry.getValue().modules,
                entry.getValue().own,
                entry.getValue().total))
        .sorted(
            Comparator.comparingLong(Inside.Share::ownNanos)
                .reversed()
                .thenComparing(Inside.Share::part))
        .toList();
  }
}
