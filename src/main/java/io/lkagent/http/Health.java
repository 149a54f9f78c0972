package io.lkagent.http;

import org.jspecify.annotations.Nullable;

/**
 * The worker's health at one moment.
 *
 * @param error a text that says more than the state's own sentence
 */
public record Health(HealthState state, String workerId, int activeJobs, @Nullable String error) {}
