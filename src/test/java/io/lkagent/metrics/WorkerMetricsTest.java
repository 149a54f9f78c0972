package io.lkagent.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class WorkerMetricsTest {
  private final WorkerMetrics metrics = new WorkerMetrics();

  @Test
  void exposition_everythingHappened_hasTheNamesThatDashboardsKnow() {
    metrics.capacity(10);
    metrics.processes(5, 2, 1);
    metrics.jobsWaiting(3);
    metrics.jobEnded("success", Duration.ofSeconds(40));
    metrics.processEnded(Duration.ofSeconds(45), 12);
    metrics.processCrashed("oom");
    metrics.initialised(Duration.ofMillis(120));
    metrics.initFailed("init-timeout", Duration.ofSeconds(110));
    metrics.entryPointReached(Duration.ofNanos(700_000));
    metrics.refused("full");
    metrics.becameFull();
    metrics.assignmentTimedOut();
    metrics.reconnected();
    metrics.baselineMeasured(11_000_000);
    metrics.memoryMeasured(List.of(30L, 10L, 20L), List.of(1L, 2L));
    metrics.showLog(() -> 7, () -> 1);
    for (String line :
        List.of(
            "active_agent_processes 5.0",
            "lkagent_idle_processes 2.0",
            "lkagent_utilisation_ratio 0.5",
            "livekit_queue_depth{queue=\"agent-jobs\"} 3.0",
            "livekit_agent_jobs_total{status=\"success\"} 1.0",
            "livekit_agent_jobs_total{status=\"failed\"} 0.0",
            "livekit_agent_job_duration_seconds_sum 40.0",
            "process_lifetime_seconds_count 1",
            "messages_per_process_bucket{le=\"30.0\"} 1",
            "process_crashes_total{reason=\"oom\"} 1.0",
            "lkagent_init_results_total{result=\"init-timeout\"} 1.0",
            "lkagent_init_duration_seconds_bucket{le=\"120.0\"} 2",
            "lkagent_assignment_to_entry_seconds_bucket{le=\"0.001\"} 1",
            "lkagent_refusals_total{reason=\"full\"} 1.0",
            "lkagent_full_transitions_total 1.0",
            "lkagent_assignment_timeouts_total 1.0",
            "lkagent_reconnects_total 1.0",
            "lkagent_connected 1.0",
            "lkagent_memory_baseline_bytes_count 1",
            "memory_per_process_bytes{stat=\"median\"} 20.0",
            "lkagent_memory_growth_bytes{stat=\"max\"} 2.0",
            "lkagent_log_lines_dropped_total 1.0")) {
      assertTrue(text().contains("\n" + line + "\n"), line + " is missing in:\n" + text());
    }
  }

  @Test
  void exposition_manyOddReasons_staysSmall() {
    for (int i = 0; i < 1000; i++) {
      metrics.refused("room " + i + "\n\"x\"");
    }
    assertFalse(text().contains("\\n"));
    long series = Pattern.compile("lkagent_refusals_total\\{").matcher(text()).results().count();
    assertTrue(series <= 51, series + " series");
  }

  @Test
  void exposition_acceptHeaders_chooseTextOrOpenMetrics() {
    assertTrue(metrics.exposition(null).contentType().startsWith("text/plain"));
    Exposition open = metrics.exposition("application/openmetrics-text; version=1.0.0");
    assertTrue(open.contentType().startsWith("application/openmetrics-text"));
    assertTrue(open.body().endsWith("# EOF\n"));
    assertTrue(
        metrics
            .exposition(
                "application/vnd.google.protobuf;"
                    + "proto=io.prometheus.client.MetricFamily;encoding=delimited")
            .contentType()
            .startsWith("text/plain"));
  }

  @Test
  void registries_twoWorkersInOneProcess_areApart() {
    metrics.becameFull();
    assertEquals(-1, new WorkerMetrics().exposition(null).body().indexOf("transitions_total 1.0"));
  }

  private String text() {
    return metrics.exposition(null).body();
  }
}
