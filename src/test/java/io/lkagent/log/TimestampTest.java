package io.lkagent.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TimestampTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1970-01-01T00:00:00Z",
        "2026-11-21T07:05:09.000001Z",
        "2024-02-29T23:59:59.999999Z",
        "2026-07-01T12:00:00.5Z",
        "1969-12-31T23:59:59.25Z"
      })
  void text_anyInstant_isWhatTheJdkWrites(String text) {
    Instant instant = Instant.parse(text);
    Timestamp timestamp = new Timestamp(instant);
    OffsetDateTime expected = instant.atZone(ZoneId.systemDefault()).toOffsetDateTime();
    assertEquals(expected, OffsetDateTime.parse(timestamp.iso()));
    assertEquals(
        DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).format(expected),
        timestamp.clock());
  }
}
