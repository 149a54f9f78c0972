package io.lkagent.probe.advice;

/**
 * How much earlier an agent would be ready if one of its components were loaded otherwise; as if
 * there were a CPU for each, and nothing else needed the component.
 *
 * @param component by its name
 * @param optional nanoseconds, if ready did not wait for it: optional, or left to the first call
 * @param parallel nanoseconds, if it were loaded beside the others from the beginning
 */
public record Saving(String component, long optional, long parallel) {}
