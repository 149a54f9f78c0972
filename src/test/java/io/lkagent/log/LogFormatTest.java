package io.lkagent.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.json.Json;
import io.lkagent.json.JsonObject;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LogFormatTest {
  private static final String NASTY = "a\nb\r\u2028c\u2029\u0085\u001b[2Jd\u0000\u000b\"e\\n";

  @ParameterizedTest
  @EnumSource
  void line_nastyNamesEverywhere_staysOneLine(LogFormat format) {
    String line = format.line(event(NASTY, Map.of(NASTY, NASTY), null));
    assertFalse(
        line.chars()
            .anyMatch(c -> c < ' ' || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029),
        line);
    assertEquals(1, line.lines().count());
  }

  @Test
  void json_fields_standUnderTheirNames() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("room_name", NASTY);
    fields.put("count", 3);
    JsonObject line = Json.parseObject(LogFormat.JSON.line(event("done", fields, null)));
    assertEquals("done", line.string("message"));
    assertEquals("WARN", line.string("level"));
    assertEquals("here", line.string("logger"));
    assertEquals(NASTY, line.string("room_name"));
    assertEquals(3, line.number("count"));
    assertEquals(ProcessHandle.current().pid(), line.number("pid"));
    assertEquals(
        Instant.ofEpochSecond(1000), OffsetDateTime.parse(line.string("timestamp")).toInstant());
  }

  @Test
  void json_fieldsWithOurOwnNames_doNotReplaceThem() {
    JsonObject line =
        Json.parseObject(
            LogFormat.JSON.line(event("done", Map.of("level", "x", "message", "y"), null)));
    assertEquals("WARN", line.string("level"));
    assertEquals("done", line.string("message"));
    assertEquals("x", line.string("level_"));
  }

  @Test
  void json_childsPid_replacesOurOwn() {
    assertEquals(
        7,
        Json.parseObject(LogFormat.JSON.line(event("x", Map.of("pid", 7L), null))).number("pid"));
  }

  @ParameterizedTest
  @EnumSource
  void line_exception_isOnTheSameLineWithItsCause(LogFormat format) {
    Exception thrown = new IllegalStateException("outer", new RuntimeException("in\nner"));
    String line = format.line(event("failed", Map.of(), thrown));
    assertEquals(1, line.lines().count());
    assertTrue(line.contains("exc_info"), line);
    assertTrue(line.contains("Caused by: java.lang.RuntimeException: in\\nner"), line);
  }

  @Test
  void text_plainValues_standBare() {
    String line = LogFormat.TEXT.line(event("a job", Map.of("job_id", "AJ_1"), null));
    assertTrue(line.endsWith(" WARN  a job job_id=AJ_1"), line);
  }

  private static LogEvent event(
      String message, Map<String, Object> fields, @Nullable Throwable thrown) {
    return new LogEvent(Instant.ofEpochSecond(1000), Level.WARN, "here", message, fields, thrown);
  }
}
