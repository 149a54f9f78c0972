package io.lkagent.probe.report;

/**
 * A piece of a start that one thing took; several may run at the same time.
 *
 * @param name what took it; {@link #UNEXPLAINED} when nothing has told
 * @param from nanoseconds since the process was asked for
 * @param to likewise
 */
public record Slice(String name, long from, long to) {
  public static final String UNEXPLAINED = "unexplained";

  /** The answer to the first ping, which comes after ready. */
  static final String PONG = "pong";

  long nanos() {
    return to - from;
  }
}
