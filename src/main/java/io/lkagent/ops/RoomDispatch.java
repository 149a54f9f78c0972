package io.lkagent.ops;

import io.lkagent.api.DispatchInfo;
import io.lkagent.api.JobInfo;
import io.lkagent.api.ParticipantInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A dispatch, and whether its agent is there. That is judged by who is in the room: the server
 * remembers jobs as running long after their workers died.
 *
 * @param agent its agent when it is in the room
 */
public record RoomDispatch(DispatchInfo info, Life life, @Nullable ParticipantInfo agent) {
  /** Before this no job at all proves nothing: the server's list can lag behind by 5 seconds. */
  static final Duration SETTLED = Duration.ofSeconds(7);

  /** An agent that was assigned so long ago and is not in the room counts as lost. */
  static final Duration JOINS_WITHIN = Duration.ofSeconds(30);

  /** Whether a dispatch does what it is for. */
  public enum Life {
    /** Its agent is in the room. */
    LIVE,
    /** Its agent can still come. */
    STARTING,
    /** Nobody comes of it any more. */
    STALE
  }

  /** The best first: whose agent joined first, then whose can still come, then the oldest. */
  static final Comparator<RoomDispatch> BEST_FIRST =
      Comparator.comparing(RoomDispatch::life)
          .thenComparing(d -> d.agent == null ? Instant.MAX : d.agent.joinedAt())
          .thenComparing(d -> d.info.createdAt())
          .thenComparing(d -> d.info.id());

  static RoomDispatch judge(
      DispatchInfo info,
      List<ParticipantInfo> participants,
      Instant now,
      Predicate<DispatchInfo> served) {
    ParticipantInfo agent = agentOf(info, participants);
    if (agent != null && agent.active()) {
      return new RoomDispatch(info, Life.LIVE, agent);
    }
    boolean starting = agent != null || young(info, now) || served.test(info);
    return new RoomDispatch(info, starting ? Life.STARTING : Life.STALE, agent);
  }

  private static @Nullable ParticipantInfo agentOf(
      DispatchInfo info, List<ParticipantInfo> participants) {
    for (JobInfo job : info.jobs()) {
      for (ParticipantInfo one : participants) {
        if (one.kind() == ParticipantInfo.Kind.AGENT
            && one.identity().equals(job.participantIdentity())) {
          return one;
        }
      }
    }
    return null;
  }

  private static boolean young(DispatchInfo info, Instant now) {
    Duration age = Duration.between(info.createdAt(), now);
    boolean open = info.jobs().stream().anyMatch(RoomDispatch::open);
    return open
        ? age.compareTo(JOINS_WITHIN) < 0
        : info.jobs().isEmpty() && age.compareTo(SETTLED) < 0;
  }

  private static boolean open(JobInfo job) {
    return job.status().equals("PENDING") || job.status().equals("RUNNING");
  }

  /** The newest job that came of it, or null. */
  public @Nullable JobInfo job() {
    return info.jobs().isEmpty() ? null : info.jobs().getLast();
  }
}
