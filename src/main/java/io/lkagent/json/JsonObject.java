package io.lkagent.json;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A JSON object whose members are read by name and type; a wrong type says which member it was. */
public record JsonObject(Map<String, @Nullable Object> values) {
  static JsonObject of(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      for (Map.Entry<?, ?> member : map.entrySet()) {
        values.put(String.valueOf(member.getKey()), member.getValue());
      }
      return new JsonObject(values);
    }
    throw new JsonException("expected an object");
  }

  public boolean has(String name) {
    return values.get(name) != null;
  }

  /** A string that must be there. */
  public String string(String name) {
    if (values.get(name) instanceof String text) {
      return text;
    }
    throw new JsonException("\"" + name + "\" must be a string");
  }

  /** A string, or {@code absent} when the member is missing or null. */
  public String string(String name, String absent) {
    return has(name) ? string(name) : absent;
  }

  public @Nullable String nullableString(String name) {
    return has(name) ? string(name) : null;
  }

  /** A whole number that must be there. */
  public long number(String name) {
    if (values.get(name) instanceof Long number) {
      return number;
    }
    throw new JsonException("\"" + name + "\" must be a whole number");
  }

  public long number(String name, long absent) {
    return has(name) ? number(name) : absent;
  }

  /** A whole number that fits an int, or {@code absent}. */
  public int integer(String name, int absent) {
    return has(name) ? integer(name) : absent;
  }

  /** A whole number that fits an int and must be there. */
  public int integer(String name) {
    long number = number(name);
    if ((int) number != number) {
      throw new JsonException("\"" + name + "\" is too large");
    }
    return (int) number;
  }

  public boolean flag(String name, boolean absent) {
    if (!has(name)) {
      return absent;
    }
    if (values.get(name) instanceof Boolean flag) {
      return flag;
    }
    throw new JsonException("\"" + name + "\" must be true or false");
  }

  /** An object, empty when the member is missing or null. */
  public JsonObject object(String name) {
    if (!has(name)) {
      return new JsonObject(Map.of());
    }
    if (values.get(name) instanceof Map<?, ?> map) {
      return of(map);
    }
    throw new JsonException("\"" + name + "\" must be an object");
  }

  /** A number that need not be whole, or {@code absent}. */
  public double real(String name, double absent) {
    if (!has(name)) {
      return absent;
    }
    if (values.get(name) instanceof Number number) {
      return number.doubleValue();
    }
    throw new JsonException("\"" + name + "\" must be a number");
  }

  /** A list of objects, empty when the member is missing or null. */
  public List<JsonObject> objects(String name) {
    if (!has(name)) {
      return List.of();
    }
    if (values.get(name) instanceof Collection<?> list) {
      return list.stream().map(JsonObject::of).toList();
    }
    throw new JsonException("\"" + name + "\" must be a list of objects");
  }

  /** An object of strings, empty when the member is missing or null. */
  public Map<String, String> strings(String name) {
    Map<String, String> strings = new LinkedHashMap<>();
    for (Map.Entry<String, @Nullable Object> member : object(name).values().entrySet()) {
      if (!(member.getValue() instanceof String text)) {
        throw new JsonException("\"" + name + "." + member.getKey() + "\" must be a string");
      }
      strings.put(member.getKey(), text);
    }
    return strings;
  }
}
