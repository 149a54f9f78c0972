package io.lkagent.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an {@code lkagent.yaml} says, each value with its line. */
record ConfigFile(
    String name, Map<String, Entry> defaults, Map<String, Map<String, Entry>> workers) {
  static final String DEFAULT_NAME = "lkagent.yaml";

  /** A value and where it stands: one of a text, a list or a map of texts. */
  sealed interface Entry {
    int line();

    record One(String value, int line) implements Entry {}

    record Many(List<String> values, int line) implements Entry {}

    record Pairs(Map<String, String> values, int line) implements Entry {}
  }

  static ConfigFile none() {
    return new ConfigFile(DEFAULT_NAME, Map.of(), Map.of());
  }

  static ConfigFile read(String name, Path path) {
    try {
      return parse(name, Files.readString(path));
    } catch (NoSuchFileException e) {
      throw new UsageException(name + " does not exist; --config must name a file");
    } catch (IOException e) {
      throw new UsageException(name + " cannot be read: " + e);
    }
  }

  static ConfigFile parse(String name, String text) {
    YAMLFactory factory =
        YAMLFactory.builder()
            .enable(com.fasterxml.jackson.core.StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    try (JsonParser parser = factory.createParser(text)) {
      return new Reader(name, parser).file();
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      String cause = e.getOriginalMessage().lines().findFirst().orElse("not YAML");
      throw new UsageException("%s:%d: %s".formatted(name, line, cause));
    } catch (IOException e) {
      throw new UsageException(name + " cannot be read: " + e);
    }
  }

  /** The one pass over the file's tokens. */
  private record Reader(String name, JsonParser parser) {
    ConfigFile file() throws IOException {
      Map<String, Entry> defaults = new LinkedHashMap<>();
      Map<String, Map<String, Entry>> workers = new LinkedHashMap<>();
      JsonToken first = parser.nextToken();
      if (first == null || first == JsonToken.VALUE_NULL) {
        return new ConfigFile(name, defaults, workers);
      }
      need(first == JsonToken.START_OBJECT, "the file must be a map of option names to values");
      for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
        if (key.equals("workers")) {
          readWorkers(workers);
        } else {
          defaults.put(key, entry(key));
        }
      }
      return new ConfigFile(name, defaults, workers);
    }

    private void readWorkers(Map<String, Map<String, Entry>> workers) throws IOException {
      need(
          parser.nextToken() == JsonToken.START_OBJECT,
          "workers must be a map of names to options");
      for (String worker = parser.nextFieldName();
          worker != null;
          worker = parser.nextFieldName()) {
        Map<String, Entry> options = new LinkedHashMap<>();
        JsonToken token = parser.nextToken();
        if (token != JsonToken.VALUE_NULL) {
          need(token == JsonToken.START_OBJECT, "workers." + worker + " must be a map of options");
          for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            options.put(key, entry(key));
          }
        }
        workers.put(worker, options);
      }
    }

    private Entry entry(String key) throws IOException {
      JsonToken token = parser.nextToken();
      int line = parser.currentTokenLocation().getLineNr();
      if (token == JsonToken.START_ARRAY) {
        List<String> values = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          values.add(scalar(key));
        }
        return new Entry.Many(values, line);
      }
      if (token == JsonToken.START_OBJECT) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String inner = parser.nextFieldName(); inner != null; inner = parser.nextFieldName()) {
          parser.nextToken();
          values.put(inner, scalar(key + "." + inner));
        }
        return new Entry.Pairs(values, line);
      }
      return new Entry.One(scalar(key), line);
    }

    private String scalar(String key) throws IOException {
      JsonToken token = parser.currentToken();
      need(
          token != null && token.isScalarValue(),
          key + " holds a map or list where a value is meant");
      need(token != JsonToken.VALUE_NULL, key + " has no value; give one, or leave the key out");
      @Nullable String text = parser.getText();
      return text == null ? "" : text;
    }

    private void need(boolean condition, String otherwise) {
      if (!condition) {
        throw new UsageException(
            "%s:%d: %s".formatted(name, parser.currentTokenLocation().getLineNr(), otherwise));
      }
    }
  }
}
