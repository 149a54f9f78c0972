package io.lkagent.http;

import io.lkagent.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /worker} tells, with the field names of LiveKit's own worker.
 *
 * @param details more, for callers on this machine alone: rooms and processes
 */
public record WorkerInfo(
    String agentName,
    String workerType,
    double workerLoad,
    int activeJobs,
    String sdkVersion,
    int protocolVersion,
    Map<String, Object> details) {

  String json(boolean withDetails) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("worker_type", workerType);
    fields.put("agent_name", agentName);
    fields.put("active_jobs", activeJobs);
    fields.put("sdk_version", sdkVersion);
    fields.put("worker_load", workerLoad);
    fields.put("protocol_version", protocolVersion);
    if (withDetails) {
      details.forEach(fields::putIfAbsent);
    }
    return Json.write(fields);
  }
}
