package io.lkagent.cli;

import io.lkagent.log.Printable;
import java.util.ArrayList;
import java.util.List;

/** Rows under headings, as narrow as they can be. */
final class Table {
  /** Tables fit this many columns; long names are cut then. */
  static final int SCREEN = 80;

  private static final int GAP = 2;
  private static final int NARROWEST = 8;

  private final List<String> headings;
  private final List<List<String>> rows = new ArrayList<>();

  Table(String... headings) {
    this.headings = List.of(headings);
  }

  void row(String... cells) {
    if (cells.length != headings.size()) {
      throw new IllegalArgumentException(cells.length + " cells for " + headings);
    }
    rows.add(List.of(cells).stream().map(Printable::of).toList());
  }

  /** Its lines, none longer than {@code most} unless the headings themselves are. */
  List<String> lines(int most) {
    int[] widths = widths(most);
    List<String> lines = new ArrayList<>();
    lines.add(line(headings, widths));
    rows.forEach(row -> lines.add(line(row, widths)));
    return lines;
  }

  private int[] widths(int most) {
    int[] widths = new int[headings.size()];
    int total = GAP * (widths.length - 1);
    for (int i = 0; i < widths.length; i++) {
      int column = i;
      widths[i] =
          rows.stream()
              .mapToInt(row -> length(row.get(column)))
              .reduce(length(headings.get(i)), Math::max);
      total += widths[i];
    }
    while (total > most) {
      int widest = 0;
      for (int i = 1; i < widths.length; i++) {
        widest = widths[i] > widths[widest] ? i : widest;
      }
      if (widths[widest] <= Math.max(NARROWEST, length(headings.get(widest)))) {
        return widths;
      }
      widths[widest]--;
      total--;
    }
    return widths;
  }

  private static String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = cut(cells.get(i), widths[i]);
      line.append(cell).append(" ".repeat(widths[i] - length(cell) + GAP));
    }
    return line.toString().stripTrailing();
  }

  private static String cut(String cell, int width) {
    return length(cell) <= width
        ? cell
        : cell.substring(0, cell.offsetByCodePoints(0, width - 1)) + "…";
  }

  private static int length(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
