package io.lkagent.api;

import java.time.Instant;
import java.util.List;

/** A dispatch, and the jobs that came of it, whose states the server does not keep up to date. */
public record DispatchInfo(
    String id,
    String agentName,
    String room,
    String metadata,
    Instant created,
    List<JobInfo> jobs) {
  /** A job of a dispatch; {@code status} as the server has it, such as {@code JS_RUNNING}. */
  public record JobInfo(String id, String status, String workerId, String identity) {}

  public DispatchInfo {
    jobs = List.copyOf(jobs);
  }
}
