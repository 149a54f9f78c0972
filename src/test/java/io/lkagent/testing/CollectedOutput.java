package io.lkagent.testing;

import io.lkagent.ipc.JobStart;
import io.lkagent.supervise.OutputSink;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The first kilobytes of what a child wrote; the rest is counted and dropped. */
public final class CollectedOutput implements OutputSink {
  private static final int KEPT = 16 * 1024;

  private final StringBuilder kept = new StringBuilder();
  private long total;

  @Override
  public void drain(long pid, InputStream output) {
    byte[] buffer = new byte[8192];
    try {
      for (int count = output.read(buffer); count >= 0; count = output.read(buffer)) {
        take(new String(buffer, 0, count, StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      take("\n(" + e.getMessage() + ")\n"); // the pipe was closed under the reader, at the exit
    }
  }

  private synchronized void take(String text) {
    total += text.length();
    kept.append(text, 0, Math.min(text.length(), KEPT - Math.min(KEPT, kept.length())));
  }

  public synchronized long total() {
    return total;
  }

  @Override
  public synchronized List<String> lastLines() {
    return kept.toString().lines().toList();
  }

  @Override
  public void tag(JobStart job) {
    take("(job " + job.jobId() + ")\n");
  }
}
