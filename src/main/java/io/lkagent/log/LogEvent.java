package io.lkagent.log;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One thing that happened, as it will stand on one line of the log. */
public record LogEvent(
    Instant time,
    Level level,
    String logger,
    String message,
    Map<String, Object> fields,
    @Nullable Throwable thrown) {}
