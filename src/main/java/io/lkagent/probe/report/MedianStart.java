package io.lkagent.probe.report;

import io.lkagent.probe.Component;
import io.lkagent.probe.Metric;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.ProbeRun;
import io.lkagent.probe.advice.Breakdown;
import io.lkagent.probe.advice.Slice;
import io.lkagent.probe.advice.Slice.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The start whose time to ready is nearest the median: one that happened, not an average of many.
 */
record MedianStart(ProbeRun run, List<Row> rows, long end) {
  /** What has one name, in the order of time. */
  record Row(Kind kind, String name, List<Slice> slices) {
    long nanos() {
      return slices.stream().mapToLong(Slice::nanos).sum();
    }
  }

  static Optional<MedianStart> of(ProbeResult result) {
    List<ProbeRun> ready = ready(result);
    long median = Metric.READY.over(ready).p50();
    return ready.stream()
        .min(Comparator.comparingLong(run -> Math.abs(run.times().ready() - median)))
        .map(MedianStart::of);
  }

  /** The starts that it is the median of. */
  static List<ProbeRun> ready(ProbeResult result) {
    return result.measured().stream().filter(run -> run.outcome().ready()).toList();
  }

  private static MedianStart of(ProbeRun run) {
    Breakdown breakdown = Breakdown.of(run);
    Stream<Slice> components = breakdown.components().stream().map(MedianStart::whole);
    Stream<Slice> others =
        breakdown.slices().stream()
            .filter(slice -> slice.kind() != Kind.COMPONENT && slice.kind() != Kind.OPTIONAL);
    List<Row> rows = new ArrayList<>();
    Stream.concat(others, components)
        .sorted(
            Comparator.comparing((Slice s) -> s.kind() == Kind.PONG).thenComparingLong(Slice::from))
        .collect(Collectors.groupingBy(Slice::name, LinkedHashMap::new, Collectors.toList()))
        .forEach((name, slices) -> rows.add(new Row(slices.getFirst().kind(), name, slices)));
    long end =
        rows.stream().flatMap(row -> row.slices().stream()).mapToLong(Slice::to).max().orElse(1);
    return new MedianStart(run, rows, Math.max(1, end));
  }

  /** From its begin to its end, not only where ready waited for it. */
  private static Slice whole(Component component) {
    return component.critical()
        ? new Slice(Kind.COMPONENT, component.name(), component.start(), component.end())
        : new Slice(
            Kind.OPTIONAL, component.name() + " (optional)", component.start(), component.end());
  }
}
