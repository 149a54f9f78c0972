package io.lkagent.api;

import java.time.Instant;

/**
 * A room as the server lists it.
 *
 * @param numParticipants participants that are not agents
 */
public record RoomInfo(
    String name, String sid, String metadata, int numParticipants, Instant created) {}
