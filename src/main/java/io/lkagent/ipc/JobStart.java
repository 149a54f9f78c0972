package io.lkagent.ipc;

import io.lkagent.json.Json;
import io.lkagent.json.JsonObject;
import java.util.Map;

/**
 * The job that a process is given: everything it needs to serve its room.
 *
 * @param jobId LiveKit's id of the job
 * @param dispatchId id of the dispatch that the job came from, empty for an automatic one of an old
 *     server
 * @param agentName the agent name it was dispatched under; empty for automatic dispatch
 * @param metadata the dispatch's metadata, at most 1 MB by LiveKit's own limits
 * @param attributes the dispatch's attributes
 * @param room the room to serve
 * @param identity the participant identity that the agent joins with
 * @param url the LiveKit server's WebSocket URL
 * @param token the participant's token for this room; never logged
 * @param attempt 0 for the first process that is given this job, 1 for the second, …
 * @param media {@code livekit} for a real server, {@code dev} for the dev server, where a plain
 *     WebSocket on {@code /dev/join} stands for the media connection
 */
public record JobStart(
    String jobId,
    String dispatchId,
    String agentName,
    String metadata,
    Map<String, String> attributes,
    Room room,
    String identity,
    String url,
    String token,
    String media,
    int attempt) {
  public static final String MEDIA_LIVEKIT = "livekit";
  public static final String MEDIA_DEV = "dev";

  /** A room as the job names it. A room made again under the same name has another sid. */
  public record Room(String name, String sid, String metadata) {}

  public JobStart {
    attributes = Map.copyOf(attributes);
  }

  /** The same job for the next process. */
  public JobStart retried() {
    return new JobStart(
        jobId,
        dispatchId,
        agentName,
        metadata,
        attributes,
        room,
        identity,
        url,
        token,
        media,
        attempt + 1);
  }

  Map<String, ?> members() {
    return Json.object(
        "job",
            Json.object(
                "id",
                jobId,
                "dispatch_id",
                dispatchId,
                "agent_name",
                agentName,
                "metadata",
                metadata,
                "attributes",
                attributes),
        "room", Json.object("name", room.name(), "sid", room.sid(), "metadata", room.metadata()),
        "identity", identity,
        "url", url,
        "token", token,
        "media", media,
        "attempt", attempt);
  }

  static JobStart of(JsonObject message) {
    JsonObject job = message.object("job");
    JsonObject room = message.object("room");
    return new JobStart(
        job.string("id"),
        job.string("dispatch_id", ""),
        job.string("agent_name", ""),
        job.string("metadata", ""),
        job.strings("attributes"),
        new Room(room.string("name"), room.string("sid", ""), room.string("metadata", "")),
        message.string("identity", ""),
        message.string("url"),
        message.string("token"),
        message.string("media", MEDIA_LIVEKIT),
        message.integer("attempt", 0));
  }

  /** Without the token, so that no log or exception can show it. */
  @Override
  public String toString() {
    return "JobStart[" + jobId + ", room " + Json.write(room.name()) + "]";
  }
}
