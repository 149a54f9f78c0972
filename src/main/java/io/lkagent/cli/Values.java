package io.lkagent.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How the values of options are read: durations, sizes, limits that can be off. */
final class Values {
  private static final Pattern NUMBER_AND_UNIT =
      Pattern.compile("([0-9]+(?:\\.[0-9]+)?)([a-zA-Zµ]*)");
  private static final Map<String, Long> MILLIS =
      Map.of("ms", 1L, "", 1_000L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L);
  private static final Map<String, Long> NANOS =
      Map.of(
          "us", 1_000L,
          "µs", 1_000L,
          "ms", 1_000_000L,
          "", 1_000_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L);
  private static final Map<String, Long> BYTES =
      Map.ofEntries(
          Map.entry("b", 1L),
          Map.entry("", 1L),
          Map.entry("kb", 1_000L),
          Map.entry("mb", 1_000_000L),
          Map.entry("gb", 1_000_000_000L),
          Map.entry("kib", 1L << 10),
          Map.entry("mib", 1L << 20),
          Map.entry("gib", 1L << 30),
          // As container tools write a limit.
          Map.entry("k", 1L << 10),
          Map.entry("m", 1L << 20),
          Map.entry("g", 1L << 30));

  private Values() {}

  /** {@code 500ms 10s 5m 1h}; a bare number is seconds. */
  static final class Durations implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      return Duration.ofMillis(scaled(text, MILLIS, "a duration such as 500ms, 10s, 5m or 1h"));
    }
  }

  /** {@code 512MB 1GiB}, or {@code off}. */
  static final class SizeOrOff implements ITypeConverter<OptionalLong> {
    @Override
    public OptionalLong convert(String text) {
      return text.equalsIgnoreCase("off")
          ? OptionalLong.empty()
          : OptionalLong.of(scaled(text, BYTES, "a size such as 512MB or 1GiB, or off"));
    }
  }

  /** A number of tries, or {@code unlimited}. */
  static final class TriesOrUnlimited implements ITypeConverter<OptionalInt> {
    @Override
    public OptionalInt convert(String text) {
      if (text.equalsIgnoreCase("unlimited")) {
        return OptionalInt.empty();
      }
      try {
        return OptionalInt.of(Integer.parseInt(text.strip()));
      } catch (NumberFormatException e) {
        throw wrong(text, "a number, or unlimited");
      }
    }
  }

  /** A time that may be shorter than a millisecond, in nanoseconds; a bare number is seconds. */
  static long nanos(String text) {
    return scaled(text, NANOS, "a duration such as 500us, 200ms or 1.5s");
  }

  static long bytes(String text) {
    return scaled(text, BYTES, "a size such as 80MB or 1GiB");
  }

  static long count(String text) {
    return scaled(text, Map.of("", 1L), "a number");
  }

  private static long scaled(String text, Map<String, Long> units, String wanted) {
    Matcher matcher = NUMBER_AND_UNIT.matcher(text.strip());
    Long unit = matcher.matches() ? units.get(matcher.group(2).toLowerCase(Locale.ROOT)) : null;
    if (unit == null) {
      throw wrong(text, wanted);
    }
    try {
      return new BigDecimal(matcher.group(1))
          .multiply(BigDecimal.valueOf(unit))
          .toBigInteger()
          .longValueExact();
    } catch (ArithmeticException e) {
      throw wrong(text, wanted);
    }
  }

  private static TypeConversionException wrong(String text, String wanted) {
    return new TypeConversionException("\"" + text + "\" is not " + wanted);
  }
}
