package io.lkagent.probe.report;

import io.lkagent.probe.Distribution.Stat;
import java.util.Locale;

/** The most that a figure may be, such as {@code ready.p99=1s}. */
public record Threshold(Measure measure, Stat stat, long limit) {
  String name() {
    return measure.name() + "." + stat.name().toLowerCase(Locale.ROOT);
  }
}
