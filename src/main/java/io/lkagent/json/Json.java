package io.lkagent.json;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON (RFC 8259) to and from plain values: {@code Map<String, Object>}, {@code List<Object>},
 * {@code String}, {@code Long}, {@code Double}, {@code Boolean} and null.
 *
 * <p>Jackson costs a job process more start-up time than all the rest of it together, so the job
 * protocol and the logs bring their own.
 */
public final class Json {
  private Json() {}

  /** Reads one value; anything but white space behind it is an error. */
  public static @Nullable Object parse(String text) {
    return new JsonReader(text).document();
  }

  /** Reads one object. */
  public static JsonObject parseObject(String text) {
    return JsonObject.of(parse(text));
  }

  /** Writes one value on one line: every line break and control character is escaped. */
  public static String write(@Nullable Object value) {
    StringBuilder out = new StringBuilder(128);
    write(out, value);
    return out.toString();
  }

  /** An object from keys and values in turn; a null value leaves its key out. */
  public static Map<String, @Nullable Object> object(@Nullable Object... keysAndValues) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      Object value = keysAndValues[i + 1];
      if (value != null) {
        object.put(String.valueOf(keysAndValues[i]), value);
      }
    }
    return object;
  }

  // A chain of instanceof instead of a pattern switch: the switch's bootstrap alone costs a job
  // process several milliseconds of its start.
  static void write(StringBuilder out, @Nullable Object value) {
    if (value == null) {
      out.append("null");
    } else if (value instanceof CharSequence text) {
      quote(out, text);
    } else if (value instanceof Boolean flag) {
      out.append(flag.booleanValue());
    } else if (value instanceof Double || value instanceof Float) {
      double number = ((Number) value).doubleValue();
      out.append(Double.isFinite(number) ? value.toString() : "null");
    } else if (value instanceof Number) {
      out.append(value);
    } else if (value instanceof JsonObject object) {
      writeObject(out, object.values());
    } else if (value instanceof Map<?, ?> object) {
      writeObject(out, object);
      // Not Iterable: a Path is one too, of paths, for ever.
    } else if (value instanceof Collection<?> list) {
      writeList(out, list);
    } else {
      quote(out, value.toString());
    }
  }

  private static void writeObject(StringBuilder out, Map<?, ?> object) {
    char separator = '{';
    for (Map.Entry<?, ?> entry : object.entrySet()) {
      out.append(separator);
      quote(out, String.valueOf(entry.getKey()));
      out.append(':');
      write(out, entry.getValue());
      separator = ',';
    }
    out.append(separator == '{' ? "{}" : "}");
  }

  private static void writeList(StringBuilder out, Collection<?> list) {
    char separator = '[';
    for (Object element : list) {
      out.append(separator);
      write(out, element);
      separator = ',';
    }
    out.append(separator == '[' ? "[]" : "]");
  }

  private static void quote(StringBuilder out, CharSequence text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20
              || (c >= 0x7f && c < 0xa0)
              || c == '\u2028'
              || c == '\u2029'
              || lone(text, i)) {
            escape(out, c);
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  /** Half of a surrogate pair cannot be encoded in UTF-8; it is escaped instead of becoming "?". */
  private static boolean lone(CharSequence text, int i) {
    char c = text.charAt(i);
    if (Character.isHighSurrogate(c)) {
      return i + 1 >= text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
    }
    return Character.isLowSurrogate(c)
        && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
  }

  private static void escape(StringBuilder out, char c) {
    out.append("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) {
      out.append("0123456789abcdef".charAt((c >> shift) & 0xf));
    }
  }
}
