package io.lkagent.probe;

/**
 * How an agent bore one fault that was made on purpose.
 *
 * @param name as {@code --faults} names it
 * @param expected what should follow, in a few words
 * @param seen what followed
 * @param reason what the worker would have recorded, such as {@code init-timeout}
 */
public record FaultResult(
    String name, String expected, String seen, String reason, boolean passed, long nanos) {}
