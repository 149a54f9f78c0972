package io.lkagent.protocol;

import livekit.LivekitAgent;
import livekit.LivekitModels;

/** A server's words for a job that no server has given out. */
public final class SampleJob {
  private SampleJob() {}

  /** The serialized {@code livekit.Job} of a room. */
  public static byte[] bytes(String id, String room, String sid) {
    return LivekitAgent.Job.newBuilder()
        .setId(id)
        .setType(LivekitAgent.JobType.JT_ROOM)
        .setRoom(LivekitModels.Room.newBuilder().setName(room).setSid(sid))
        .build()
        .toByteArray();
  }
}
