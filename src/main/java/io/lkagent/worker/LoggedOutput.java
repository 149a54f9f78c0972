package io.lkagent.worker;

import io.lkagent.ipc.JobStart;
import io.lkagent.log.ChildOutput;
import io.lkagent.supervise.OutputSink;
import io.lkagent.time.Time;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A child's output in the worker's log, each line tagged with the child's pid, room and job. */
final class LoggedOutput implements OutputSink {
  private final Time time;
  private volatile Map<String, Object> tags = Map.of();
  private volatile @Nullable ChildOutput lines;

  LoggedOutput(Time time) {
    this.time = time;
  }

  @Override
  public void drain(long pid, InputStream output) {
    add(Map.of("pid", pid));
    ChildOutput reader = new ChildOutput(output, time, () -> tags);
    lines = reader;
    reader.drain();
  }

  @Override
  public List<String> lastLines() {
    ChildOutput reader = lines;
    return reader == null ? List.of() : reader.lastLines();
  }

  @Override
  public void tick() {
    ChildOutput reader = lines;
    if (reader != null) {
      reader.tick();
    }
  }

  @Override
  public void tag(JobStart job) {
    add(
        Map.of(
            "room_name",
            job.room().name(),
            "job_id",
            job.jobId(),
            "dispatch_id",
            job.dispatchId()));
  }

  /** It may have a job before it is read, or the other way round. */
  private synchronized void add(Map<String, Object> more) {
    Map<String, Object> all = new HashMap<>(tags);
    all.putAll(more);
    tags = Map.copyOf(all);
  }
}
