package io.lkagent.ops;

import io.lkagent.json.JsonObject;
import java.util.List;

/**
 * What a worker said of itself; src/docs/OUTPUT.md lists the fields.
 *
 * @param source where it was asked: its entry in the runtime folder, or its address
 */
public record WorkerStatus(String source, JsonObject fields) {
  public String name() {
    return fields.string("name", "");
  }

  public long pid() {
    return fields.number("pid", 0);
  }

  public String agentName() {
    return fields.string("agent_name", "");
  }

  /** The LiveKit server that it works for. */
  public String url() {
    return fields.string("url", "");
  }

  /** {@code registered}, {@code draining} or another word of its health. */
  public String state() {
    return fields.string("state", "unknown");
  }

  /** Whether the server may ask it for another room. */
  public boolean available() {
    return fields.flag("available", true);
  }

  /** True when it serves as many rooms as it may. */
  public boolean full() {
    return maxJobs() > 0 && activeJobs() >= maxJobs();
  }

  public long activeJobs() {
    return fields.number("active_jobs", 0);
  }

  public long maxJobs() {
    return fields.number("max_jobs", 0);
  }

  /** Its job processes, those without a room included. */
  public List<JsonObject> processes() {
    return fields.objects("processes");
  }

  /** The processes that ended last, the newest first. */
  public List<JsonObject> ended() {
    return fields.objects("ended");
  }
}
