package io.lkagent.probe;

/**
 * Something about a start that can be bettered, with its measured cost.
 *
 * @param id one word with hyphens, such as {@code import-on-critical-path}
 * @param what the evidence, with its figures
 * @param remedy what to change
 * @param costNanos of each start, by which findings are sorted; 0 when it is no time
 */
public record Finding(String id, Severity severity, String what, String remedy, long costNanos) {
  /** How much a finding matters. */
  public enum Severity {
    /** Worth knowing. */
    INFO,

    /** Will be felt: slow calls, thin margins. */
    WARN,

    /** Starts fail of it. */
    ERROR
  }
}
