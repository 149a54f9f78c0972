package io.lkagent.log;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LogPipelineTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Secrets secrets = new Secrets();

  @Test
  void accept_levelBelowTheLeast_isLeftOut() {
    LogPipeline pipeline = pipeline(out, 1 << 20);
    pipeline.accept(event(Level.DEBUG, "quiet"));
    pipeline.accept(event(Level.INFO, "loud"));
    assertTrue(pipeline.flush(SOON));
    assertEquals(List.of("loud"), messages());
  }

  @Test
  void accept_manyWriters_linesAreWholeAndNoneIsLost() throws InterruptedException {
    LogPipeline pipeline = pipeline(out, 64 << 20);
    List<Thread> writers = new java.util.ArrayList<>();
    for (int w = 0; w < 8; w++) {
      String text = ("writer " + w + " ").repeat(200);
      writers.add(
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < 200; i++) {
                  pipeline.accept(event(Level.INFO, text));
                }
              }));
    }
    for (Thread writer : writers) {
      writer.join();
    }
    assertTrue(pipeline.flush(SOON));
    assertEquals(1600, messages().size());
    assertEquals(8, messages().stream().distinct().count());
    assertEquals(1600, pipeline.written());
  }

  @Test
  void accept_stuckStream_returnsAndDropsTheLeastFirst() throws InterruptedException {
    Stuck stuck = new Stuck();
    LogPipeline pipeline = pipeline(stuck, 64 * 1024);
    for (int i = 0; i < 5_000; i++) {
      pipeline.accept(event(Level.INFO, "info " + i));
    }
    for (int i = 0; i < 50; i++) {
      pipeline.accept(event(Level.ERROR, "error " + i));
    }
    assertFalse(pipeline.flush(Duration.ofMillis(50)));
    assertTrue(pipeline.dropped(Level.INFO) > 3_000);
    assertEquals(0, pipeline.dropped(Level.ERROR));
    stuck.gate.countDown();
    assertTrue(pipeline.flush(SOON));
    assertEquals(50, messages().stream().filter(m -> m.startsWith("error ")).count());
    String report =
        out.toString(StandardCharsets.UTF_8)
            .lines()
            .filter(l -> l.contains("dropped"))
            .findFirst()
            .orElseThrow();
    assertEquals(pipeline.dropped(Level.INFO), Json.parseObject(report).number("info"));
  }

  @Test
  void accept_moreErrorsThanFit_areCountedAndReported() {
    Stuck stuck = new Stuck();
    LogPipeline pipeline = pipeline(stuck, 8 * 1024);
    for (int i = 0; i < 500; i++) {
      pipeline.accept(event(Level.ERROR, "error " + i));
    }
    long dropped = pipeline.dropped(Level.ERROR);
    assertTrue(dropped > 0);
    stuck.gate.countDown();
    assertTrue(pipeline.flush(SOON));
    assertTrue(out.toString(StandardCharsets.UTF_8).contains("\"error\":" + dropped));
  }

  @Test
  void close_stuckStream_returnsWithinItsLimit() {
    Stuck stuck = new Stuck();
    LogPipeline pipeline = pipeline(stuck, 8 * 1024);
    pipeline.accept(event(Level.ERROR, "stuck"));
    pipeline.close();
    stuck.gate.countDown();
    assertTrue(pipeline.flush(SOON));
    assertEquals(List.of("stuck"), messages());
  }

  @Test
  void accept_streamThatFails_losesTheLineAndNothingElse() {
    LogPipeline pipeline =
        pipeline(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                throw new IOException("gone");
              }
            },
            8 * 1024);
    pipeline.accept(event(Level.ERROR, "one"));
    pipeline.accept(event(Level.ERROR, "two"));
    eventually(SOON, () -> pipeline.dropped() == 2);
  }

  @Test
  void accept_valueThatCannotBePrinted_stillLogsTheRest() {
    LogPipeline pipeline = pipeline(out, 1 << 20);
    Object bad =
        new Object() {
          @Override
          public String toString() {
            throw new IllegalStateException("no");
          }
        };
    pipeline.accept(
        new LogEvent(Instant.EPOCH, Level.INFO, "x", "with a bad field", Map.of("bad", bad), null));
    assertTrue(pipeline.flush(SOON));
    assertEquals(List.of("with a bad field"), messages());
  }

  @Test
  void accept_registeredSecret_isMaskedWhereverItStands() {
    secrets.register("s3cr3t\"quote");
    secrets.register("s3cr3t");
    secrets.register("x");
    secrets.register(null);
    LogPipeline pipeline = pipeline(out, 1 << 20);
    pipeline.accept(
        new LogEvent(
            Instant.EPOCH,
            Level.ERROR,
            "x",
            "key s3cr3t",
            Map.of("url", "ws://h?t=s3cr3t\"quote"),
            new IllegalStateException("refused s3cr3t")));
    assertTrue(pipeline.flush(SOON));
    String line = out.toString(StandardCharsets.UTF_8);
    assertFalse(line.contains("s3cr3t"), line);
    assertFalse(line.contains("quote"), line);
    assertEquals("key ***", Json.parseObject(line.strip()).string("message"));
  }

  @Test
  void loggerFinder_libraries_comeThroughOurPipelineFromWarnOn() {
    System.Logger logger = System.getLogger("some.library");
    assertFalse(logger.isLoggable(System.Logger.Level.INFO));
    assertTrue(logger.isLoggable(System.Logger.Level.WARNING));
    assertInstanceOf(JdkLogs.class, System.LoggerFinder.getLoggerFinder());
  }

  private LogPipeline pipeline(OutputStream stream, int queueBytes) {
    return new LogPipeline(Level.INFO, LogFormat.JSON, stream, secrets, queueBytes);
  }

  private List<String> messages() {
    return out.toString(StandardCharsets.UTF_8)
        .lines()
        .map(line -> Json.parseObject(line).string("message"))
        .toList();
  }

  private static LogEvent event(Level level, String message) {
    return new LogEvent(Instant.EPOCH, level, "test", message, Map.of(), null);
  }

  /** A pipe that nobody reads until the gate opens. */
  private final class Stuck extends OutputStream {
    private final CountDownLatch gate = new CountDownLatch(1);

    @Override
    public void write(int b) throws IOException {
      throw new IOException("lines are written whole");
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      out.write(bytes, from, count);
    }
  }
}
