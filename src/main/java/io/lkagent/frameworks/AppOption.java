package io.lkagent.frameworks;

/**
 * A worker's option as the app has it.
 *
 * @param value what holds under the framework's own worker
 * @param set true when the app chose it, false when it is the framework's default
 */
public record AppOption<T>(T value, boolean set) {}
