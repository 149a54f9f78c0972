package io.lkagent.worker;

import java.time.Duration;

/**
 * What is known of the humans in a job's room, from the server's list of rooms and from the agent
 * itself. An agent is only ever taken away for an empty room when that is known, and known freshly.
 *
 * @param listed humans by the server's list, -1 while unknown
 * @param reported humans by the agent's own word, -1 while unknown
 * @param emptySince when the room was first known to be empty of humans, {@link #NOT_EMPTY} else
 * @param seenAt when anything was last known
 * @param absences lists in a row that the room was missing from
 */
record Presence(int listed, int reported, long emptySince, long seenAt, int absences) {
  static final long NOT_EMPTY = Long.MAX_VALUE;
  private static final long FRESH = Duration.ofSeconds(30).toNanos();

  static Presence unknown() {
    return new Presence(-1, -1, NOT_EMPTY, 0, 0);
  }

  Presence listed(int humans, long now) {
    return new Presence(humans, reported, emptySince, now, 0).judged(now);
  }

  Presence reported(int humans, long now) {
    return new Presence(listed, humans, emptySince, now, absences).judged(now);
  }

  Presence absent() {
    return new Presence(listed, reported, emptySince, seenAt, absences + 1);
  }

  private Presence judged(long now) {
    boolean empty = Math.max(listed, reported) == 0;
    long since = !empty ? NOT_EMPTY : emptySince == NOT_EMPTY ? now : emptySince;
    return new Presence(listed, reported, since, seenAt, absences);
  }

  /** When the room has been empty for {@code limit}, or {@link #NOT_EMPTY}. */
  long emptyUntil(Duration limit) {
    return emptySince == NOT_EMPTY || limit.isZero() ? NOT_EMPTY : emptySince + limit.toNanos();
  }

  boolean fresh(long now) {
    return now - seenAt < FRESH;
  }

  int humans() {
    return Math.max(listed, reported);
  }
}
