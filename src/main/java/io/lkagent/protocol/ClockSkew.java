package io.lkagent.protocol;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How far this machine's clock is from a server's, by the date that the server answers with. */
final class ClockSkew {
  /** What a server overlooks in a token's times. */
  private static final Duration OVERLOOKED = Duration.ofMinutes(1);

  private ClockSkew() {}

  /** {@code 1h5m behind}; empty when the clocks agree, or the server told no date. */
  static String words(@Nullable String date, Instant here) {
    if (date == null) {
      return "";
    }
    try {
      Instant there = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration ahead = Duration.ofSeconds(Duration.between(there, here).toSeconds());
      if (ahead.abs().compareTo(OVERLOOKED) <= 0) {
        return "";
      }
      String amount = ahead.abs().toString().substring(2).toLowerCase(Locale.ROOT);
      return amount + (ahead.isNegative() ? " behind" : " ahead of");
    } catch (DateTimeException e) {
      return "";
    }
  }
}
