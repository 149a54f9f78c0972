package io.lkagent.probe.report;

import io.lkagent.log.Printable;
import io.lkagent.probe.advice.Slice;
import io.lkagent.probe.advice.Slice.Kind;
import java.util.ArrayList;
import java.util.List;

/** A start as bars on one scale of time, a line for each slice's name. */
final class Waterfall {
  private static final int BAR = 32;
  private static final int WIDEST_NAME = 31;
  private static final int EIGHTHS = 8;
  private static final String PARTS = " ▏▎▍▌▋▊▉█";

  private final MedianStart start;
  private final Ink ink;

  Waterfall(MedianStart start, Ink ink) {
    this.start = start;
    this.ink = ink;
  }

  List<String> lines() {
    int width =
        start.rows().stream()
            .map(MedianStart.Row::name)
            .mapToInt(name -> Math.min(WIDEST_NAME, name.codePointCount(0, name.length())))
            .max()
            .orElse(0);
    List<String> lines = new ArrayList<>();
    for (MedianStart.Row row : start.rows()) {
      long took = row.nanos();
      String share = share(took, start.run().times().ready());
      lines.add(
          "  %s  %s  %s  %s"
              .formatted(
                  Grid.left(Printable.of(row.name()), width),
                  coloured(row.kind(), bar(row.slices())),
                  Grid.right(Figures.time(took), 8),
                  ink.dim(row.kind() == Kind.PONG ? "after" : Grid.right(share, 5))));
    }
    return lines;
  }

  private static String share(long took, long of) {
    long percent = Math.round(100.0 * took / Math.max(1, of));
    return percent == 0 ? "<1 %" : percent + " %";
  }

  private String coloured(Kind kind, String bar) {
    return switch (kind) {
      case UNEXPLAINED -> ink.yellow(bar);
      case PONG -> ink.dim(bar);
      default -> ink.cyan(bar);
    };
  }

  /** In eighths of a column at its end; it begins at a whole one. */
  private String bar(List<Slice> slices) {
    char[] cells = " ".repeat(BAR).toCharArray();
    for (Slice slice : slices) {
      int from = Math.min(BAR - 1, (int) at(slice.from()));
      double length = Math.max(1.0 / EIGHTHS, at(slice.to()) - from);
      for (int i = from; i < BAR && length > 0; i++, length--) {
        int part = (int) Math.min(EIGHTHS, Math.max(1, Math.round(length * EIGHTHS)));
        if (PARTS.indexOf(cells[i]) < part) {
          cells[i] = PARTS.charAt(part);
        }
      }
    }
    return new String(cells);
  }

  private double at(long nanos) {
    return (double) BAR * nanos / start.end();
  }
}
