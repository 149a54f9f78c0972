package io.lkagent.ipc;

import io.lkagent.json.Json;
import io.lkagent.json.JsonObject;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
 * @param app what only LiveKit's own frameworks need, in an app's process; else null
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
    int attempt,
    @Nullable App app) {
  public static final String MEDIA_LIVEKIT = "livekit";
  public static final String MEDIA_DEV = "dev";

  /** A room as the job names it. A room made again under the same name has another sid. */
  public record Room(String name, String sid, String metadata) {}

  /**
   * What the frameworks' own classes are made of. Times are in milliseconds since 1970.
   *
   * @param jobProto the serialized {@code livekit.Job} in base64
   * @param workerId the id that the server gave the worker
   * @param name the participant's, as accepted; so are {@code metadata} and {@code attributes}
   */
  public record App(
      String jobProto,
      String workerId,
      String name,
      String metadata,
      Map<String, String> attributes,
      long receivedMillis,
      long acceptedMillis,
      long assignedMillis) {
    public App {
      attributes = Map.copyOf(attributes);
    }

    private Map<String, @Nullable Object> members(String identity) {
      return Json.object(
          "job_proto",
          jobProto,
          "worker_id",
          workerId,
          "accept",
          Json.object(
              "identity", identity, "name", name, "metadata", metadata, "attributes", attributes),
          "received_ms",
          receivedMillis,
          "accepted_ms",
          acceptedMillis,
          "assigned_ms",
          assignedMillis);
    }

    private static App of(JsonObject message) {
      JsonObject accept = message.object("accept");
      return new App(
          message.string("job_proto"),
          message.string("worker_id", ""),
          accept.string("name", ""),
          accept.string("metadata", ""),
          accept.strings("attributes"),
          message.number("received_ms", 0),
          message.number("accepted_ms", 0),
          message.number("assigned_ms", 0));
    }
  }

  public JobStart {
    attributes = Map.copyOf(attributes);
  }

  /** For an agent that is no framework's app. */
  public JobStart(
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
    this(
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
        attempt,
        null);
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
        attempt + 1,
        app);
  }

  Map<String, ?> members() {
    Map<String, @Nullable Object> members =
        Json.object(
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
            "room",
                Json.object("name", room.name(), "sid", room.sid(), "metadata", room.metadata()),
            "identity", identity,
            "url", url,
            "token", token,
            "media", media,
            "attempt", attempt);
    if (app != null) {
      members.putAll(app.members(identity));
    }
    return members;
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
        message.integer("attempt", 0),
        message.has("job_proto") ? App.of(message) : null);
  }

  /** Without the token, so that no log or exception can show it. */
  @Override
  public String toString() {
    return "JobStart[" + jobId + ", room " + Json.write(room.name()) + "]";
  }
}
