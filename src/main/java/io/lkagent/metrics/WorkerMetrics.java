package io.lkagent.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The worker's metrics, on a registry of their own; no label ever holds a room's name. Safe for
 * every thread.
 */
public final class WorkerMetrics {
  private static final double[] INIT_SECONDS = {
    .05, .1, .2, .3, .5, .75, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 45, 60, 90, 120
  };
  private static final double[] ENTRY_SECONDS = {
    .0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 7.5, 15
  };
  private static final double[] LIFE_SECONDS = {
    1, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200, 86400
  };
  private static final double[] MESSAGES = {0, 1, 3, 10, 30, 100, 300, 1000, 3000, 10000};
  private static final double[] MEMORY_BYTES = megabytes(5, 10, 20, 35, 50, 75, 110, 150, 250, 512);

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final ExpositionFormats formats = ExpositionFormats.init();
  private final LabelValues reasons = new LabelValues();

  private final Gauge active =
      gauge("active_agent_processes", "Processes that serve a room; one room, one process");
  private final Gauge idle = gauge("lkagent_idle_processes", "Warm processes that wait for a room");
  private final Gauge initialising =
      gauge("lkagent_initialising_processes", "Processes that are not ready yet");
  private final Gauge capacity = gauge("lkagent_capacity_jobs", "Rooms at once: --max-jobs");
  private final Gauge utilisation =
      gauge("lkagent_utilisation_ratio", "Rooms that are served, of the capacity");
  private final Gauge load = gauge("lkagent_load_ratio", "The load that the server is told");
  private final Gauge connected =
      gauge("lkagent_connected", "1 while registered with the LiveKit server");
  private final Gauge queue =
      register(
          Gauge.builder()
              .name("livekit_queue_depth")
              .help("Jobs that were accepted and wait for a process")
              .labelNames("queue")
              .build());
  private final Gauge memory =
      register(
          Gauge.builder()
              .name("memory_per_process_bytes")
              .help("PSS of the processes that serve a room: the least, median and most of them")
              .labelNames("stat")
              .build());
  private final Gauge growth =
      register(
          Gauge.builder()
              .name("lkagent_memory_growth_bytes")
              .help("PSS beyond each process's own baseline after init: median and most")
              .labelNames("stat")
              .build());
  private final Histogram baseline =
      histogram(
          "lkagent_memory_baseline_bytes", "PSS of a process when it became ready", MEMORY_BYTES);
  private final Histogram lifetime =
      histogram("process_lifetime_seconds", "From a process's start to its exit", LIFE_SECONDS);
  private final Histogram messages =
      histogram(
          "messages_per_process", "Messages that a process had handled at its exit", MESSAGES);
  private final Histogram initDuration =
      histogram("lkagent_init_duration_seconds", "From spawn to ready or failed", INIT_SECONDS);
  private final Histogram entry =
      histogram(
          "lkagent_assignment_to_entry_seconds",
          "From the server's assignment to the agent's entry point",
          ENTRY_SECONDS);
  private final Histogram jobDuration =
      histogram(
          "livekit_agent_job_duration_seconds", "From assignment to the job's end", LIFE_SECONDS);
  private final Counter jobs = counter("livekit_agent_jobs_total", "Jobs that ended", "status");
  private final Counter crashes =
      counter("process_crashes_total", "Processes that ended unasked", "reason");
  private final Counter inits =
      counter("lkagent_init_results_total", "Initialisations that ended", "result");
  private final Counter refusals =
      counter("lkagent_refusals_total", "Requests for a job that were refused", "reason");
  private final Counter full =
      counter("lkagent_full_transitions_total", "Times the worker became full");
  private final Counter timeouts =
      counter("lkagent_assignment_timeouts_total", "Jobs accepted and then never assigned");
  private final Counter reconnects =
      counter("lkagent_reconnects_total", "Registrations after a lost connection");

  public WorkerMetrics() {
    queue.initLabelValues("agent-jobs");
    inits.initLabelValues("ok");
    jobs.initLabelValues("success");
    jobs.initLabelValues("failed");
  }

  /** The pool's processes were counted. */
  public void processes(int nowActive, int nowIdle, int nowInitialising) {
    active.set(nowActive);
    idle.set(nowIdle);
    initialising.set(nowInitialising);
    showUtilisation();
  }

  /** The worker takes so many jobs at once. */
  public void capacity(int jobsAtOnce) {
    capacity.set(jobsAtOnce);
    showUtilisation();
  }

  /** This load was reported to the server. */
  public void loadReported(double value) {
    load.set(value);
  }

  public void registered() {
    connected.set(1);
  }

  public void disconnected() {
    connected.set(0);
  }

  /** Registered again after a connection was lost. */
  public void reconnected() {
    reconnects.inc();
    registered();
  }

  /** So many accepted jobs wait for a process. */
  public void jobsWaiting(int count) {
    queue.labelValues("agent-jobs").set(count);
  }

  public void initialised(Duration sinceSpawn) {
    initDuration.observe(seconds(sinceSpawn));
    inits.labelValues("ok").inc();
  }

  public void initFailed(String reason, Duration sinceSpawn) {
    initDuration.observe(seconds(sinceSpawn));
    inits.labelValues(reasons.of(reason)).inc();
  }

  /** The agent's entry point was reached. */
  public void entryPointReached(Duration sinceAssignment) {
    entry.observe(seconds(sinceAssignment));
  }

  /** A job ended; {@code status} is {@code success} or {@code failed}. */
  public void jobEnded(String status, Duration sinceAssignment) {
    jobs.labelValues(reasons.of(status)).inc();
    jobDuration.observe(seconds(sinceAssignment));
  }

  /** A process is gone, for whatever reason. */
  public void processEnded(Duration life, long handledMessages) {
    lifetime.observe(seconds(life));
    messages.observe((double) handledMessages);
  }

  /** A process is gone that nobody had asked to go. */
  public void processCrashed(String reason) {
    crashes.labelValues(reasons.of(reason)).inc();
  }

  public void refused(String reason) {
    refusals.labelValues(reasons.of(reason)).inc();
  }

  public void becameFull() {
    full.inc();
  }

  public void assignmentTimedOut() {
    timeouts.inc();
  }

  /** A process is ready and takes so much memory. */
  public void baselineMeasured(long pssBytes) {
    baseline.observe((double) pssBytes);
  }

  /**
   * All processes that serve a room were measured.
   *
   * @param pss of each process
   * @param grown of each process, beyond its own baseline
   */
  public void memoryMeasured(Collection<Long> pss, Collection<Long> grown) {
    double[] sorted = sorted(pss);
    memory.labelValues("min").set(sorted[0]);
    memory.labelValues("median").set(sorted[sorted.length / 2]);
    memory.labelValues("max").set(sorted[sorted.length - 1]);
    double[] growths = sorted(grown);
    growth.labelValues("median").set(growths[growths.length / 2]);
    growth.labelValues("max").set(growths[growths.length - 1]);
  }

  /** Shows the log's own counts; to be called once. */
  public void showLog(LongSupplier written, LongSupplier dropped) {
    callback("lkagent_log_lines_written_total", "Log lines that were written", written);
    callback("lkagent_log_lines_dropped_total", "Log lines that nobody read in time", dropped);
  }

  /** All metrics in the format that an Accept header asks for; text when there is none. */
  public Exposition exposition(@Nullable String accept) {
    ExpositionFormatWriter found = formats.findWriter(accept);
    // Protobuf needs a module that is not here; the text format is understood by everybody.
    ExpositionFormatWriter writer =
        found.getContentType().startsWith("text/") || found.getContentType().contains("openmetrics")
            ? found
            : formats.getPrometheusTextFormatWriter();
    ByteArrayOutputStream out = new ByteArrayOutputStream(16 * 1024);
    try {
      writer.write(out, registry.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException("an array cannot fail", e);
    }
    return new Exposition(writer.getContentType(), out.toString(StandardCharsets.UTF_8));
  }

  private void showUtilisation() {
    utilisation.set(capacity.get() > 0 ? active.get() / capacity.get() : 0);
  }

  private Gauge gauge(String name, String help) {
    return register(Gauge.builder().name(name).help(help).build());
  }

  private Counter counter(String name, String help, String... labels) {
    return register(Counter.builder().name(name).help(help).labelNames(labels).build());
  }

  private Histogram histogram(String name, String help, double[] bounds) {
    return register(
        Histogram.builder().name(name).help(help).classicOnly().classicUpperBounds(bounds).build());
  }

  private void callback(String name, String help, LongSupplier value) {
    register(
        CounterWithCallback.builder()
            .name(name)
            .help(help)
            .callback(shown -> shown.call((double) value.getAsLong()))
            .build());
  }

  private <T extends Collector> T register(T metric) {
    registry.register(metric);
    return metric;
  }

  private static double[] sorted(Collection<Long> values) {
    return values.isEmpty()
        ? new double[1]
        : values.stream().mapToDouble(Long::doubleValue).sorted().toArray();
  }

  private static double seconds(Duration duration) {
    return Math.max(0, duration.toNanos() / 1e9);
  }

  private static double[] megabytes(double... bounds) {
    return Arrays.stream(bounds).map(megabytes -> megabytes * 1e6).toArray();
  }
}
