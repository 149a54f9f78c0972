package io.lkagent.log;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.time.Time;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ChildOutputTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Map<String, Object> TAGS =
      Map.of("room_name", "kitchen", "job_id", "AJ_1", "dispatch_id", "AD_1", "pid", 42L);

  private final List<LogEvent> events = new CopyOnWriteArrayList<>();

  @Test
  void lines_ofAnyProgram_areTaggedAndClean() {
    read("\u001b[31mred\u001b[0m\ttab\r\n\n\u001b]0;title\u0007after\nlast without end");
    assertEquals(List.of("red tab", "after", "last without end"), messages());
    assertEquals(TAGS, events.getFirst().fields());
    assertEquals(Level.INFO, events.getFirst().level());
  }

  @Test
  void lines_jsonLog_keepLevelMessageAndFieldsButNotOurNames() {
    read(
        """
        {"level":"WARNING","message":"slow","logger":"agent.tts","ms":812,"pid":1,"room_name":"x"}
        {"level":50,"msg":"pino"}
        {"message":"no level"}
        {"level":"error","message":broken}
        """);
    LogEvent slow = events.getFirst();
    assertEquals(Level.WARN, slow.level());
    assertEquals("slow", slow.message());
    assertEquals("agent.tts", slow.logger());
    assertEquals(812L, slow.fields().get("ms"));
    assertEquals(42L, slow.fields().get("pid"));
    assertEquals("kitchen", slow.fields().get("room_name"));
    assertEquals(Level.ERROR, events.get(1).level());
    assertEquals("{\"message\":\"no level\"}", events.get(2).message());
    assertEquals("{\"level\":\"error\",\"message\":broken}", events.get(3).message());
  }

  @Test
  void lines_longerThanTheLimit_areCutWithANote() {
    read("x".repeat(20_000) + "\nshort\n");
    assertTrue(messages().getFirst().endsWith("x [cut: the line has 20000 bytes]"));
    assertTrue(messages().getFirst().length() < 17_000);
    assertEquals("short", messages().get(1));
  }

  @Test
  void lines_secretAcrossTheCut_isMasked() {
    String secret = "secret-" + UUID.randomUUID();
    Secrets.ofThisProcess().register(secret);
    read("x".repeat(ChildLines.LONGEST - 10) + secret + "y".repeat(5_000) + "\n" + secret + "\n");
    assertFalse(messages().toString().contains("secret-"));
    assertEquals("***", messages().get(1));
  }

  @Test
  void lines_hundredMegabytesWithoutAnEnd_cutAndGoOn() {
    ChildOutput output = read(new Endless(100L << 20, "\nstill here\n"));
    assertEquals(2, events.size());
    assertTrue(messages().getFirst().endsWith("[cut: the line has " + (100L << 20) + " bytes]"));
    assertEquals("still here", messages().get(1));
    assertTrue(output.lastLines().getFirst().length() < 17_000);
  }

  @Test
  void lines_repeated_areToldOnceAndCounted() {
    read("a\n" + "b\n".repeat(1000) + "c\nc\n");
    assertEquals(List.of("a", "b", "repeated 999 times: b", "c", "repeated 1 time: c"), messages());
    assertEquals(999L, events.get(2).fields().get("repeated"));
  }

  @Test
  void tick_repeatsThatNothingFollows_areReportedAfterAWhile() throws IOException {
    StepTime time = new StepTime();
    try (PipedOutputStream child = new PipedOutputStream();
        PipedInputStream in = new PipedInputStream(child)) {
      ChildOutput output = new ChildOutput(in, time, () -> TAGS, events::add).start("child");
      child.write("same\nsame\nsame\nother\nother\n".getBytes(StandardCharsets.UTF_8));
      child.flush();
      eventually(SOON, () -> messages().contains("other"));
      output.tick();
      assertEquals(3, events.size());
      eventually(
          SOON,
          () -> {
            time.nanos.addAndGet(Duration.ofSeconds(6).toNanos());
            output.tick();
            return events.size() == 4;
          });
      assertEquals("repeated 1 time: other", messages().getLast());
    }
  }

  @Test
  void lastLines_manyLines_keepsTheNewestFifty() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 120; i++) {
      text.append("line ").append(i).append('\n');
    }
    List<String> last = read(text.toString()).lastLines();
    assertEquals(50, last.size());
    assertEquals("line 70", last.getFirst());
    assertEquals("line 119", last.getLast());
  }

  private ChildOutput read(String text) {
    return read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  private ChildOutput read(InputStream in) {
    ChildOutput output =
        new ChildOutput(in, Time.raw(), () -> TAGS, events::add).start("child output");
    assertTrue(output.awaitEnd(SOON));
    return output;
  }

  private List<String> messages() {
    return events.stream().map(LogEvent::message).toList();
  }

  /** A clock that is moved by hand. */
  private static final class StepTime implements Time {
    private final AtomicLong nanos = new AtomicLong();

    @Override
    public long nanos() {
      return nanos.get();
    }

    @Override
    public java.time.Instant wall() {
      return java.time.Instant.EPOCH;
    }

    @Override
    public void sleep(Duration duration) {
      throw new UnsupportedOperationException();
    }
  }

  /** So many bytes of "z", then a text. */
  private static final class Endless extends InputStream {
    private long left;
    private final InputStream rest;

    Endless(long count, String rest) {
      this.left = count;
      this.rest = new ByteArrayInputStream(rest.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException("read in bulk");
    }

    @Override
    public int read(byte[] bytes, int from, int count) throws IOException {
      if (left == 0) {
        return rest.read(bytes, from, count);
      }
      int now = (int) Math.min(left, count);
      Arrays.fill(bytes, from, from + now, (byte) 'z');
      left -= now;
      return now;
    }
  }
}
