package io.lkagent.api;

import java.time.Instant;
import java.util.List;

/** A request for an agent in a room, and the jobs that came of it. */
public record DispatchInfo(
    String id,
    String agentName,
    String room,
    String metadata,
    Instant createdAt,
    List<JobInfo> jobs) {
  public DispatchInfo {
    jobs = List.copyOf(jobs);
  }
}
