package io.lkagent.ops;

import io.lkagent.api.ApiException;
import io.lkagent.api.JobInfo;
import io.lkagent.api.ParticipantInfo;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of a {@link DispatchRequest}.
 *
 * @param roomCreated true when this call made the room
 * @param dispatchId empty when there is no dispatch
 * @param reused true when the dispatch was there before
 * @param requests how many dispatches were asked for, one after the other
 * @param stages when each stage was reached, since the call; those reached only
 */
public record DispatchResult(
    DispatchRequest request,
    boolean roomCreated,
    String dispatchId,
    boolean reused,
    int requests,
    Map<Stage, Duration> stages,
    Outcome outcome) {

  /** What is timed. */
  public enum Stage {
    /** The server said what there is in the room. */
    LOOKED,
    /** The server has the dispatch. */
    REQUESTED,
    /** A job of it was seen. */
    ASSIGNED,
    /** The agent was seen in the room. */
    JOINED,
    /** The call returned. */
    DONE
  }

  /** How it ended. */
  public sealed interface Outcome {
    /** The agent is in the room; {@code job} is null while the server does not list it yet. */
    record Joined(ParticipantInfo agent, @Nullable JobInfo job) implements Outcome {}

    /** The dispatch is there; nobody waited for the agent. */
    record Requested() implements Outcome {}

    /**
     * No worker took the job.
     *
     * @param withdrawn the dispatch was deleted again, since no job can come of it any more
     */
    record NobodyTookIt(Duration waited, boolean withdrawn) implements Outcome {}

    /** A worker has the job, and the agent is not in the room. */
    record DidNotJoin(JobInfo job, Duration waited) implements Outcome {}

    /** The room does not exist, and was not to be made. */
    record RoomMissing() implements Outcome {}

    /** The room ended meanwhile; {@code job} is null when none was seen. */
    record RoomEnded(@Nullable JobInfo job) implements Outcome {}

    /** The server could not be asked, after so many tries. */
    record Failed(ApiException cause, int tries) implements Outcome {}
  }

  public DispatchResult {
    Map<Stage, Duration> copy = new EnumMap<>(Stage.class);
    copy.putAll(stages);
    stages = Collections.unmodifiableMap(copy);
  }
}
