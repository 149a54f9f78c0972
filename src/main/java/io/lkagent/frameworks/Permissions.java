package io.lkagent.frameworks;

/** What the app's participant may do in a room. */
public record Permissions(
    boolean canPublish,
    boolean canSubscribe,
    boolean canPublishData,
    boolean canUpdateMetadata,
    boolean hidden) {}
