package io.lkagent.probe;

import io.lkagent.ipc.JobStart;
import io.lkagent.log.ChildOutput;
import io.lkagent.supervise.OutputSink;
import io.lkagent.time.Time;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one process prints, kept for the words about its failure, and shown nowhere. */
public final class KeptOutput implements OutputSink {
  private final Time time;
  private volatile @Nullable ChildOutput lines;

  public KeptOutput(Time time) {
    this.time = time;
  }

  @Override
  public void drain(long pid, InputStream output) {
    ChildOutput reader = new ChildOutput(output, time, Map::of, event -> {});
    lines = reader;
    reader.drain();
  }

  @Override
  public List<String> lastLines() {
    ChildOutput reader = lines;
    return reader == null ? List.of() : reader.lastLines();
  }

  @Override
  public void tag(JobStart job) {}
}
