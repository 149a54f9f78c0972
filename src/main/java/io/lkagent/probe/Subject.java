package io.lkagent.probe;

import org.jspecify.annotations.Nullable;

/**
 * What was probed, and where.
 *
 * @param agent the agent, for people
 * @param runtime the hello's word for what it runs on; empty when it never said hello
 * @param load how its app was loaded; null for an agent that is no framework's app
 * @param initTimeoutNanos how long a start had until ready
 * @param cpus how many the probe's machine, or container, has
 * @param limits how the limits asked for were set; empty without limits
 */
public record Subject(
    String agent,
    Family family,
    String runtime,
    @Nullable AppLoad load,
    long initTimeoutNanos,
    double cpus,
    String limits) {}
