package io.lkagent.probe.report;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What a start must keep to pass.
 *
 * @param minSuccess the least share of starts that must become ready, from 0 to 1
 * @param mostGrowth by what fraction the median time to ready may have grown, beyond noise, since
 *     an earlier probe
 */
public record Terms(List<Threshold> max, double minSuccess, OptionalDouble mostGrowth) {
  /** No thresholds; every start must become ready. */
  public static final Terms DEFAULT = new Terms(List.of(), 1, OptionalDouble.empty());

  public Terms {
    max = List.copyOf(max);
  }
}
