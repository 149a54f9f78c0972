package io.lkagent.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.lkagent.json.Json;
import io.lkagent.json.JsonObject;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command's result is written: {@code -o}. */
final class Output {
  /** The forms of a result; WIDE is a table with everything, for wide terminals. */
  enum Form {
    TABLE,
    WIDE,
    JSON,
    YAML
  }

  /** The option, for commands to mix in. */
  static final class Options {
    @HelpSection("Reports")
    @Option(
        names = {"-o", "--output"},
        paramLabel = "FORM",
        defaultValue = "table",
        description = "table, wide, json or yaml.")
    Form form = Form.TABLE;
  }

  private Output() {}

  /** The value as one JSON line, or as YAML. */
  static String structured(Form form, Map<String, @Nullable Object> value) {
    return form == Form.YAML ? yaml(value) : Json.write(value);
  }

  static boolean isStructured(Form form) {
    return form == Form.JSON || form == Form.YAML;
  }

  private static String yaml(Map<String, @Nullable Object> value) {
    StringWriter text = new StringWriter();
    YAMLFactory factory =
        YAMLFactory.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .build();
    try (JsonGenerator out = factory.createGenerator(text)) {
      write(out, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString().strip();
  }

  private static void write(JsonGenerator out, @Nullable Object value) throws IOException {
    switch (value) {
      case null -> out.writeNull();
      case JsonObject object -> write(out, object.values());
      case Map<?, ?> map -> {
        out.writeStartObject();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          out.writeFieldName(String.valueOf(entry.getKey()));
          write(out, entry.getValue());
        }
        out.writeEndObject();
      }
      case Collection<?> list -> {
        out.writeStartArray();
        for (Object one : list) {
          write(out, one);
        }
        out.writeEndArray();
      }
      case Boolean flag -> out.writeBoolean(flag);
      case Double number -> out.writeNumber(number);
      case Float number -> out.writeNumber(number);
      case Number number -> out.writeNumber(number.longValue());
      default -> out.writeString(value.toString());
    }
  }
}
