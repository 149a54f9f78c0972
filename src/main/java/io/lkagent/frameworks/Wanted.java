package io.lkagent.frameworks;

import org.jspecify.annotations.Nullable;

/**
 * Something that is wanted of a host: a job process, or an answer about a job.
 *
 * @param id by which the host knows it
 * @param spare the id of a second try on another host; null when there is none
 * @param fork true for a job process
 * @param deadline when it is given up; for a job process it counts from when the host was told, and
 *     then it is the host that is given up
 */
record Wanted(String id, @Nullable String spare, boolean fork, long deadline) {
  Wanted until(long newDeadline) {
    return new Wanted(id, spare, fork, newDeadline);
  }
}
