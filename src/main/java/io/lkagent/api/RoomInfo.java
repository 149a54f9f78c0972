package io.lkagent.api;

import java.time.Instant;

/**
 * A room as the server lists it.
 *
 * @param numParticipants as the server counts them: agents are not among them
 */
public record RoomInfo(
    String name, String sid, String metadata, int numParticipants, Instant creationTime) {}
