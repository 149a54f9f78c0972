package io.lkagent.protocol;

/** The room of a job; only the sid tells a room from one that had its name before. */
public record RoomRef(String name, String sid, String metadata) {}
