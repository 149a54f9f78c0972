package io.lkagent.protocol;

/** A room as a job names it; made again under the same name it has another sid. */
public record RoomRef(String name, String sid, String metadata) {}
