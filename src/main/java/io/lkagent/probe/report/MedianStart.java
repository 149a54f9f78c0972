package io.lkagent.probe.report;

import io.lkagent.probe.Metric;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.ProbeRun;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The start whose time to ready is nearest the median: one that happened, not an average of many.
 *
 * @param rows its slices by name, those of one name together
 * @param end where its last slice ends
 */
record MedianStart(ProbeRun run, Map<String, List<Slice>> rows, long end) {
  static Optional<MedianStart> of(ProbeResult result) {
    List<ProbeRun> ready = result.measured().stream().filter(run -> run.outcome().ready()).toList();
    long median = Metric.READY.over(ready).p50();
    return ready.stream()
        .min(Comparator.comparingLong(run -> Math.abs(run.times().ready() - median)))
        .map(MedianStart::of);
  }

  private static MedianStart of(ProbeRun run) {
    Map<String, List<Slice>> rows = new LinkedHashMap<>();
    List<Slice> slices = Slices.of(run);
    slices.stream()
        .filter(slice -> !slice.name().equals(Slice.PONG))
        .forEach(slice -> add(rows, slice));
    slices.stream()
        .filter(slice -> slice.name().equals(Slice.PONG))
        .forEach(slice -> add(rows, slice));
    long end = slices.stream().mapToLong(Slice::to).max().orElse(1);
    return new MedianStart(run, rows, Math.max(1, end));
  }

  private static void add(Map<String, List<Slice>> rows, Slice slice) {
    rows.merge(
        slice.name(),
        List.of(slice),
        (before, more) -> java.util.stream.Stream.concat(before.stream(), more.stream()).toList());
  }

  static long nanos(List<Slice> slices) {
    return slices.stream().mapToLong(Slice::nanos).sum();
  }
}
