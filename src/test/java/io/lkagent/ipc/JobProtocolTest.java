package io.lkagent.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.json.JsonException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JobProtocolTest {
  private static final String ODD = "a\nroom \"\ud83d\ude00\" \ud800 \u2028";

  static Stream<FromChild> fromChild() {
    return Stream.of(
        new FromChild.Hello(1, 7, ODD),
        new FromChild.Phase(ODD, 1, Long.MAX_VALUE, false, ODD),
        new FromChild.Phase("p", 1, 2, true, null),
        new FromChild.Ready(),
        new FromChild.Failed(ODD),
        new FromChild.Pong(Long.MIN_VALUE),
        new FromChild.Running(),
        new FromChild.Activity(3, 5_000_000_000L),
        new FromChild.Degraded("memory", ODD),
        new FromChild.Done(true, ODD),
        new FromChild.Done(false, ""),
        new FromChild.Unknown("later"));
  }

  static Stream<ToChild> toChild() {
    return Stream.of(
        new ToChild.Init(2500, 10_000, Map.of(ODD, ODD)),
        new ToChild.Ping(7),
        new ToChild.Start(job("\u0001".repeat(1_000_000))),
        new ToChild.Start(appJob()),
        new ToChild.Shutdown(ODD, 60_000),
        new ToChild.Unknown("later"));
  }

  private static JobStart appJob() {
    JobStart.App app = new JobStart.App("AQI=", "AW_1", ODD, ODD, Map.of("k", ODD), 1, 2, 3);
    return new JobStart(
        "AJ_1",
        "AD_1",
        ODD,
        "",
        Map.of(),
        new JobStart.Room(ODD, "RM_1", ODD),
        ODD,
        "ws://x",
        "secret",
        "livekit",
        0,
        app);
  }

  private static JobStart job(String metadata) {
    JobStart.Room room = new JobStart.Room(ODD, "RM_1", ODD);
    return new JobStart(
        "AJ_1", "AD_1", ODD, metadata, Map.of("k", ODD), room, ODD, "ws://x", "secret", "dev", 2);
  }

  @ParameterizedTest
  @MethodSource("fromChild")
  void fromChild_overTheWire_isTheSame(FromChild message) throws IOException {
    assertEquals(message, FromChild.parse(overTheWire(message.frame())));
  }

  @ParameterizedTest
  @MethodSource("toChild")
  void toChild_overTheWire_isTheSame(ToChild message) throws IOException {
    assertEquals(message, ToChild.parse(overTheWire(message.frame())));
  }

  private static String overTheWire(String frame) throws IOException {
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    new FrameWriter(wire).write(frame);
    FrameReader reader =
        new FrameReader(new ByteArrayInputStream(wire.toByteArray()), JobProtocol.MAX_FRAME_BYTES);
    String read = String.valueOf(reader.next());
    assertNull(reader.next(), "one message is one frame");
    return read;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"type\":7}",
        "{\"type\":\"hello\"}",
        "{\"type\":\"hello\",\"protocol\":4294967297,\"pid\":1}",
        "{\"type\":\"activity\",\"participants\":99999999999}",
        "{\"type\":\"pong\",\"t\":\"x\"}"
      })
  void parse_garbage_isRefusedInOneWay(String frame) {
    assertThrows(JsonException.class, () -> FromChild.parse(frame));
  }

  @Test
  void parse_unknownTypeAndMembers_areSkipped() {
    assertInstanceOf(FromChild.Unknown.class, FromChild.parse("{\"type\":\"x\",\"y\":[1]}"));
    assertInstanceOf(FromChild.Ready.class, FromChild.parse("{\"type\":\"ready\",\"y\":1}"));
  }

  @Test
  void reader_endlessLine_stopsAtTheLimit() {
    InputStream endless =
        new InputStream() {
          long given;

          @Override
          public int read() {
            return 'x';
          }

          @Override
          public int read(byte[] into, int from, int length) {
            given += length;
            assertTrue(given < 200_000, "read on behind the limit");
            return length;
          }
        };
    FrameReader reader = new FrameReader(endless, 100_000);
    assertThrows(FrameTooLongException.class, reader::next);
  }

  @Test
  void reader_limitAndUnfinishedLine_areExact() throws IOException {
    byte[] wire = "12345\n\n123".getBytes(StandardCharsets.UTF_8);
    FrameReader reader = new FrameReader(new ByteArrayInputStream(wire), 5);
    assertEquals("12345", reader.next());
    assertEquals("", reader.next());
    assertNull(reader.next());
    assertThrows(
        FrameTooLongException.class,
        () -> new FrameReader(new ByteArrayInputStream(wire), 4).next());
  }

  @Test
  void writer_frameTooLong_writesNothing() {
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    String frame = "x".repeat(JobProtocol.MAX_FRAME_BYTES + 1);
    assertThrows(FrameTooLongException.class, () -> new FrameWriter(wire).write(frame));
    assertEquals(0, wire.size());
  }

  @Test
  void jobStart_asText_hidesItsToken() {
    assertFalse(new ToChild.Start(job("")).toString().contains("secret"));
  }
}
