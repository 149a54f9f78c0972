package io.lkagent.probe;

/**
 * When a start came how far: nanoseconds since the process was asked for, {@link #UNKNOWN} for what
 * did not happen or was not told.
 *
 * @param spawned the system had made the process
 * @param program the agent's own code began to run, as its hello tells ({@code up_ns})
 * @param hello its first message was read
 * @param ready it could take a job
 * @param pong it answered the ping sent right behind that
 * @param ended nothing of it was left
 */
public record Times(long spawned, long program, long hello, long ready, long pong, long ended) {
  public static final long UNKNOWN = -1;

  static final Times NONE = new Times(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);
}
