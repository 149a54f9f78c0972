package io.lkagent.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.json.Json;
import io.lkagent.ops.Survey;
import io.lkagent.ops.WorkerStatus;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code lkagent status} draws, on record. */
final class StatusTablesTest {
  private static final String WORKER =
      """
      {"name":"a-host-with-a-very-long-name.eu-west-1.compute.internal","pid":4193456,
       "agent_name":"the-assistant-with-a-long-name","state":"registered","available":%s,
       "active_jobs":%d,"max_jobs":10,"load":0.343,"uptime_ms":93784000,"port":8081,
       "url":"wss://livekit.example.com","worker_id":"AW_1","version":"1.0","pss_bytes":83886080,
       "processes":[
         {"pid":4193501,"state":"running","room_name":"support-42 and then some more words to it",
          "job_id":"AJ_1","dispatch_id":"AD_1","init_ms":38.21,"entry_ms":0.84,
          "pss_bytes":13841203,"participants":2,"messages":30,"age_ms":3723000,"served_ms":61000},
         {"pid":4193502,"state":"running","init_ms":1250.0,"participants":1,"messages":0,
          "age_ms":59999,"served_ms":100},
         {"pid":0,"state":"starting","age_ms":100}],
       "ended":[
         {"pid":77,"state":"ended","room_name":"support-42 and then some more words to it",
          "reason":"crashed","ended_ms_ago":65000}]}
      """;

  @Test
  void tables_onRecord() {
    Survey survey = survey(WORKER.formatted("true", 2), WORKER.formatted("false", 10));
    Golden.check("output/status.txt", drawn(survey, false));
    Golden.check("output/status-wide.txt", drawn(survey, true));
  }

  @Test
  void tables_fit80Columns() {
    Survey survey = survey(WORKER.formatted("true", 2), WORKER.formatted("false", 10));
    drawn(survey, false)
        .lines()
        .forEach(line -> assertTrue(line.codePointCount(0, line.length()) <= 80, line));
  }

  private static Survey survey(String... workers) {
    return new Survey(
        List.of(workers).stream()
            .map(json -> new WorkerStatus("here", Json.parseObject(json)))
            .toList(),
        List.of(),
        List.of());
  }

  private static String drawn(Survey survey, boolean wide) {
    int width = wide ? Integer.MAX_VALUE : Table.SCREEN;
    List<String> lines = new ArrayList<>(StatusTables.workers(survey, wide).lines(width));
    lines.add("");
    lines.addAll(StatusTables.processes(survey, wide).lines(width));
    return String.join("\n", lines) + "\n";
  }
}
