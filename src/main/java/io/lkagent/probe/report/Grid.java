package io.lkagent.probe.report;

import io.lkagent.log.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Figures in columns: the first one is text and stands left, the others right. */
final class Grid {
  private static final int WIDEST_NAME = 26;

  private final List<List<String>> rows = new ArrayList<>();

  Grid(String... headings) {
    rows.add(List.of(headings));
  }

  void row(List<String> cells) {
    rows.add(cells.stream().map(Printable::of).toList());
  }

  boolean isEmpty() {
    return rows.size() == 1;
  }

  List<String> lines(Ink ink) {
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder("  ").append(left(row.getFirst(), width(0)));
      for (int i = 1; i < row.size(); i++) {
        line.append("  ").append(right(row.get(i), Math.max(8, width(i))));
      }
      String text = line.toString().stripTrailing();
      lines.add(lines.isEmpty() ? ink.dim(text) : text);
    }
    return lines;
  }

  private int width(int column) {
    int widest = rows.stream().mapToInt(row -> length(row.get(column))).max().orElse(0);
    return column == 0 ? Math.min(widest, WIDEST_NAME) : widest;
  }

  static String left(String text, int width) {
    String cut = cut(text, width);
    return cut + " ".repeat(width - length(cut));
  }

  static String right(String text, int width) {
    return " ".repeat(Math.max(0, width - length(text))) + text;
  }

  static String cut(String text, int width) {
    return length(text) <= width
        ? text
        : text.substring(0, text.offsetByCodePoints(0, width - 1)) + "…";
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /** Words in lines of so many columns, those behind the first with {@code hanging} in front. */
  static List<String> wrapped(String first, String text, String hanging, int columns) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder(first);
    boolean fresh = true;
    for (String word : Stream.of(Printable.of(text).split(" ", -1)).toList()) {
      if (!fresh && length(line.toString()) + 1 + length(word) > columns) {
        lines.add(line.toString());
        line = new StringBuilder(hanging);
        fresh = true;
      }
      line.append(fresh ? "" : " ").append(word);
      fresh = false;
    }
    lines.add(line.toString());
    return lines;
  }
}
