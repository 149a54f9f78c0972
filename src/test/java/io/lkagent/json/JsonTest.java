package io.lkagent.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[1,]",
        "{\"a\"}",
        "{\"a\":1,}",
        "01",
        "+1",
        "1.",
        ".5",
        "1e",
        "--1",
        "tru",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\uff1g\"",
        "\"\n\"",
        "\"open",
        "{} {}",
        "nul",
        "NaN",
        "'a'"
      })
  void parse_notJson_isRefused(String text) {
    assertThrows(JsonException.class, () -> Json.parse(text));
  }

  @Test
  void parse_deepNesting_isRefused() {
    assertThrows(JsonException.class, () -> Json.parse("[".repeat(100_000)));
  }

  @Test
  void parse_numbers_keepTheirKind() {
    assertEquals(
        List.of(0L, -7L, Long.MAX_VALUE, 1.5, -2e3, 1e19),
        Json.parse("[0,-7,9223372036854775807,1.5,-2e3,10000000000000000000]"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\nb\r\t\"\\/",
        "\u0000\u001f\u007f\u0085\u2028",
        "\ud83d\ude00",
        "\ud800",
        "x\udc00"
      })
  void write_anyText_isOneLineOfUtf8AndReadsBack(String text) {
    String line = Json.write(text);
    assertFalse(line.chars().anyMatch(c -> c < 0x20 || c == 0x2028 || c == 0x85), line);
    String overTheWire = new String(line.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    assertEquals(text, Json.parse(overTheWire));
  }

  @Test
  void object_wrongType_namesTheMember() {
    JsonObject object = Json.parseObject("{\"a\":1,\"big\":4294967296,\"s\":{\"k\":1}}");
    assertTrue(message(() -> object.string("a")).contains("\"a\""));
    assertTrue(message(() -> object.integer("big")).contains("\"big\""));
    assertTrue(message(() -> object.strings("s")).contains("s.k"));
  }

  private static String message(Runnable action) {
    return String.valueOf(assertThrows(JsonException.class, action::run).getMessage());
  }
}
