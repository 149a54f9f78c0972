package io.lkagent.probe.report;

import io.lkagent.probe.Verdict.SuccessRate;

/** How sure a success rate is, from how many starts it was counted. */
final class Success {
  /** Two-sided 95 %. */
  private static final double Z = 1.959963984540054;

  private static final double CLAIM_FAILS = 0.001;
  private static final double DOUBT = 0.05;

  private Success() {}

  static SuccessRate of(int succeeded, int starts) {
    if (starts == 0) {
      return new SuccessRate(0, 0, 0, 1, needed(0));
    }
    double n = starts;
    double rate = succeeded / n;
    double square = Z * Z;
    double middle = (rate + square / (2 * n)) / (1 + square / n);
    double half = Z / (1 + square / n) * Math.sqrt(rate * (1 - rate) / n + square / (4 * n * n));
    return new SuccessRate(
        succeeded,
        starts,
        succeeded == 0 ? 0 : Math.max(0, middle - half),
        succeeded == starts ? 1 : Math.min(1, middle + half),
        Math.max(0, needed(starts - succeeded) - starts));
  }

  /**
   * The fewest starts that, with so many failures among them, leave no more than 5 % doubt that
   * 99.9 % succeed: were it fewer, so few failures would be rarer than that (exact binomial).
   */
  private static int needed(int failures) {
    int low = failures;
    int high = 4_000 + 2_000 * Math.min(failures, 1_000_000);
    while (low < high) {
      int middle = low + (high - low) / 2;
      if (atMost(failures, middle) <= DOUBT) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** How likely at most so many failures are among so many starts when one in 1,000 fails. */
  private static double atMost(int failures, int starts) {
    double logFails = Math.log(CLAIM_FAILS);
    double logHolds = Math.log1p(-CLAIM_FAILS);
    double logWays = 0;
    double sum = 0;
    for (int k = 0; k <= Math.min(failures, starts); k++) {
      if (k > 0) {
        logWays += Math.log(starts - k + 1.0) - Math.log(k);
      }
      sum += Math.exp(logWays + k * logFails + (starts - k) * logHolds);
    }
    return sum;
  }
}
