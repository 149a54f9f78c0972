package io.lkagent.devserver;

import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Future;
import livekit.LivekitModels;
import livekit.LivekitModels.Codec;
import livekit.LivekitRoom.CreateRoomRequest;
import org.jspecify.annotations.Nullable;

/** A room that exists: its settings, dispatches and participants. Guarded by the lock. */
final class Room {
  private static final String[] CODECS = {
    "audio/PCMU",
    "audio/PCMA",
    "audio/opus",
    "audio/red",
    "video/VP8",
    "video/H264",
    "video/VP9",
    "video/AV1",
    "video/H265",
    "video/rtx"
  };

  private final String sid = ServerIds.next(ServerIds.ROOM);
  private final CreateRoomRequest settings;
  private final Instant created;
  private final String turnPassword = ServerIds.next("");
  private final Map<String, Dispatch> dispatches = new LinkedHashMap<>();
  private final Map<String, Participant> participants = new LinkedHashMap<>();
  private final Map<String, String> jobsByIdentity = new HashMap<>();
  private String metadata;
  private boolean joined;
  private boolean left;
  private long lastLeft;
  private boolean closed;
  private @Nullable Future<?> closing;

  /** A new room; {@code settings} has both timeouts filled in. */
  Room(CreateRoomRequest settings, Instant created) {
    this.settings = settings;
    this.created = created;
    this.metadata = settings.getMetadata();
  }

  String name() {
    return settings.getName();
  }

  String sid() {
    return sid;
  }

  CreateRoomRequest settings() {
    return settings;
  }

  Instant created() {
    return created;
  }

  String metadata() {
    return metadata;
  }

  void metadata(String newMetadata) {
    metadata = newMetadata;
  }

  Map<String, Dispatch> dispatches() {
    return dispatches;
  }

  Map<String, Participant> participants() {
    return participants;
  }

  /** Which participant's leave ends which job. */
  Map<String, String> jobsByIdentity() {
    return jobsByIdentity;
  }

  boolean closed() {
    return closed;
  }

  void close() {
    closed = true;
    closeLater(null);
  }

  /** Replaces the plan to close this room when it stays empty. */
  void closeLater(@Nullable Future<?> plan) {
    if (closing != null) {
      closing.cancel(false);
    }
    closing = plan;
  }

  void noteJoined() {
    joined = true;
  }

  void noteLeft(long now) {
    left = true;
    lastLeft = now;
  }

  /** True when the departure timeout counts, and not the one for rooms that nobody joined. */
  boolean wasUsed() {
    return joined && left;
  }

  long lastLeft() {
    return lastLeft;
  }

  int counted() {
    return (int) participants.values().stream().filter(one -> !one.dependent()).count();
  }

  LivekitModels.Room toProto() {
    LivekitModels.Room.Builder room =
        LivekitModels.Room.newBuilder()
            .setSid(sid)
            .setName(name())
            .setEmptyTimeout(settings.getEmptyTimeout())
            .setDepartureTimeout(settings.getDepartureTimeout())
            .setMaxParticipants(settings.getMaxParticipants())
            .setCreationTime(created.getEpochSecond())
            .setCreationTimeMs(created.toEpochMilli())
            .setTurnPassword(turnPassword)
            .setMetadata(metadata)
            .setNumParticipants(counted());
    for (String codec : CODECS) {
      room.addEnabledCodecs(Codec.newBuilder().setMime(codec));
    }
    return room.build();
  }
}
