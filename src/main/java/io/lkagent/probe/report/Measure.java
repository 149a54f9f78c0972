package io.lkagent.probe.report;

import io.lkagent.probe.Component;
import io.lkagent.probe.Distribution;
import io.lkagent.probe.Metric;
import io.lkagent.probe.Metric.Unit;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.ProbeRun;
import io.lkagent.probe.Times;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * A figure of each start that a threshold can name: a metric, or how long one component took.
 *
 * @param name {@code ready}, {@code component:vad}
 */
public record Measure(String name, Unit unit, ToLongFunction<ProbeRun> figure) {
  public static final String COMPONENT = "component:";

  private static final double NANOS_IN_MILLI = 1e6;
  private static final double THOUSAND = 1e3;

  public static Measure of(Metric metric) {
    return new Measure(metric.text(), metric.unit(), metric::of);
  }

  /** From a component's begin to its end; the sum when it ran several times. */
  public static Measure component(String name) {
    return new Measure(COMPONENT + name, Unit.NANOS, run -> took(run, name));
  }

  private static long took(ProbeRun run, String name) {
    List<Component> those = run.components().stream().filter(c -> c.name().equals(name)).toList();
    return those.isEmpty()
        ? Times.UNKNOWN
        : those.stream().mapToLong(c -> Math.max(0, c.nanos())).sum();
  }

  /** Every metric, then each component that was seen. */
  static List<Measure> allOf(ProbeResult result) {
    List<Measure> all = new ArrayList<>();
    for (Metric metric : Metric.values()) {
      all.add(of(metric));
    }
    componentsOf(result.runs()).forEach(name -> all.add(component(name)));
    return all;
  }

  static Set<String> componentsOf(List<ProbeRun> runs) {
    Set<String> names = new LinkedHashSet<>();
    runs.forEach(run -> run.components().forEach(component -> names.add(component.name())));
    return names;
  }

  /** Its figures in the starts that became ready and have one. */
  List<Long> values(List<ProbeRun> runs) {
    return runs.stream()
        .filter(run -> run.outcome().ready())
        .map(figure::applyAsLong)
        .filter(value -> value != Times.UNKNOWN)
        .toList();
  }

  Distribution over(List<ProbeRun> runs) {
    return Distribution.of(values(runs));
  }

  /** As files for programs name it: {@code cpu_wait_ms}, {@code pss_bytes}, {@code threads}. */
  String key() {
    String suffix =
        switch (unit) {
          case NANOS -> "_ms";
          case BYTES -> "_bytes";
          case COUNT -> "";
        };
    return (name.startsWith(COMPONENT) ? name : name.replace('-', '_')) + suffix;
  }

  /** The unit's word in files for programs. */
  static String word(Unit unit) {
    return switch (unit) {
      case NANOS -> "ms";
      case BYTES -> "bytes";
      case COUNT -> "count";
    };
  }

  /** A figure as files for programs have it: milliseconds with three decimals, or whole. */
  static Number number(Unit unit, double value) {
    if (unit != Unit.NANOS) {
      return Math.round(value);
    }
    return Math.round(value / NANOS_IN_MILLI * THOUSAND) / THOUSAND;
  }

  /** Likewise, of a whole number. */
  static Number number(Unit unit, long value) {
    return number(unit, (double) value);
  }

  /** The way back from {@link #number}. */
  static long value(Unit unit, double number) {
    return Math.round(unit == Unit.NANOS ? number * NANOS_IN_MILLI : number);
  }
}
