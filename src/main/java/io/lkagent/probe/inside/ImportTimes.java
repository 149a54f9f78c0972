package io.lkagent.probe.inside;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Python's own report of its imports ({@code -X importtime}), read back into a tree: each module
 * comes behind those that it imported, which stand further to the right.
 */
final class ImportTimes {
  private static final Pattern LINE =
      Pattern.compile("import time:\\s*(-?\\d+) \\|\\s*(-?\\d+) \\| ( *)(\\S.*)$");
  private static final String HEADER = "import time: self [us]";
  private static final int INDENT = 2;
  private static final long MICROS = 1_000;

  /** A module, its own time, and what it imported. */
  record Import(String name, long ownNanos, List<Import> children) {}

  /**
   * @param roots in the order in which they were imported
   * @param processes how many wrote to the same output
   */
  record Report(List<Import> roots, int processes) {}

  private record Placed(int depth, Import module) {}

  private ImportTimes() {}

  /** Reads the imports of the process that had most of them; other lines are passed over. */
  static Report parse(List<String> lines) {
    List<List<String>> processes = new ArrayList<>();
    processes.add(new ArrayList<>());
    for (String line : lines) {
      if (line.contains(HEADER)) {
        processes.add(new ArrayList<>());
      } else if (line.contains("import time:")) {
        processes.getLast().add(line);
      }
    }
    processes.removeIf(List::isEmpty);
    List<String> most = List.of();
    for (List<String> each : processes) {
      most = each.size() > most.size() ? each : most;
    }
    return new Report(tree(most), processes.size());
  }

  private static List<Import> tree(List<String> lines) {
    List<Placed> open = new ArrayList<>();
    for (String line : lines) {
      Matcher fields = LINE.matcher(line);
      if (fields.find()) {
        int depth = fields.group(3).length() / INDENT;
        long own = Math.max(0, Long.parseLong(fields.group(1)) * MICROS);
        // Threads that import at the same time mix their lines, and own times come out negative.
        Import module = new Import(fields.group(4).strip(), own, below(open, depth));
        open.add(new Placed(depth, module));
      }
    }
    return open.stream().map(Placed::module).toList();
  }

  private static List<Import> below(List<Placed> open, int depth) {
    int first = open.size();
    while (first > 0 && open.get(first - 1).depth() > depth) {
      first--;
    }
    List<Placed> deeper = open.subList(first, open.size());
    List<Import> children = deeper.stream().map(Placed::module).toList();
    deeper.clear();
    return children;
  }
}
