package io.lkagent.probe;

import java.util.List;

/**
 * Whether an agent's start is good enough.
 *
 * @param checks one for each threshold
 */
public record Verdict(Grade grade, List<Check> checks, SuccessRate success) {
  public Verdict {
    checks = List.copyOf(checks);
  }

  /** The verdict in one word. */
  public enum Grade {
    PASS,

    /** Every threshold is kept, and yet there is a finding that will be felt. */
    WARN,
    FAIL
  }

  /** One threshold, in words: {@code ready.p99}, {@code 1s}, {@code 0.13s}. */
  public record Check(String name, String limit, String actual, boolean passed) {}

  /**
   * How many starts succeeded.
   *
   * @param low the lower end of the 95 % interval of the true rate (Wilson), from 0 to 1
   * @param high its upper end
   * @param moreFor999 how many more starts without a failure a claim of 99.9 % would need
   */
  public record SuccessRate(int succeeded, int starts, double low, double high, int moreFor999) {}
}
