package io.lkagent.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A job as the server remembers it, which may say RUNNING long after it ended.
 *
 * @param status {@code PENDING}, {@code RUNNING}, {@code SUCCESS} or {@code FAILED}
 */
public record JobInfo(
    String id,
    String status,
    String error,
    String workerId,
    String participantIdentity,
    @Nullable Instant startedAt,
    @Nullable Instant endedAt) {}
