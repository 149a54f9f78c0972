package io.lkagent.probe.advice;

/**
 * What one component costs a start, and how much earlier an agent would be ready if it were loaded
 * otherwise; as if there were a CPU for each, and nothing else needed the component.
 *
 * @param component by its name
 * @param waited nanoseconds that ready waited for it: its part of the critical path
 * @param optional nanoseconds, if ready did not wait for it: optional, or left to the first call
 * @param parallel nanoseconds, if it were loaded beside the others from the beginning
 */
public record Saving(String component, long waited, long optional, long parallel) {}
