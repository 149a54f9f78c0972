package io.lkagent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.log.Level;
import io.lkagent.log.LogFormat;
import io.lkagent.log.LogPipeline;
import io.lkagent.time.Time;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** Alone, because it looks at what the whole JVM logs and starts. */
@Isolated
@Timeout(60)
final class RehearsalTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private final AtomicInteger asked = new AtomicInteger();

  @Test
  void play_quietWorker_playsEveryJobAndLeavesNoTrace() {
    LogPipeline before = LogPipeline.current();
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    LogPipeline.install(new LogPipeline(Level.DEBUG, LogFormat.TEXT, written));
    List<Long> processes = children();
    try {
      assertEquals(Rehearsal.JOBS, Rehearsal.play(() -> true, Time.raw()));
      assertEquals(processes, children());
      assertTrue(LogPipeline.current().flush(SOON));
      assertEquals("", written.toString(StandardCharsets.UTF_8));
      assertEquals(0, LogPipeline.current().written());
    } finally {
      LogPipeline.install(before);
    }
  }

  @Test
  void play_jobComes_stopsAtOnce() {
    assertEquals(3, Rehearsal.play(() -> asked.getAndIncrement() < 3, Time.raw()));
  }

  private static List<Long> children() {
    return ProcessHandle.current().children().map(ProcessHandle::pid).sorted().toList();
  }
}
