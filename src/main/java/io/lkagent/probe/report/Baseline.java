package io.lkagent.probe.report;

import io.lkagent.json.Json;
import io.lkagent.json.JsonException;
import io.lkagent.json.JsonObject;
import io.lkagent.probe.Metric;
import io.lkagent.probe.Metric.Unit;
import io.lkagent.probe.Part;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An earlier probe, as its JSON tells it.
 *
 * @param file where it was read from
 * @param at when it began
 * @param samples the figures of its warm starts that became ready: by how many were started at
 *     once, then by the measure's name
 */
public record Baseline(
    String file,
    String at,
    String runtime,
    double cpus,
    String limits,
    Map<Integer, Map<String, List<Long>>> samples) {

  /** Why a file is no baseline, in a few words. */
  public static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;

    Unreadable(String message) {
      super(message);
    }
  }

  /** Reads what {@code --json} has written. */
  public static Baseline read(String file, String text) throws Unreadable {
    try {
      JsonObject root = Json.parseObject(text);
      String schema = root.string("schema", "");
      if (!schema.equals(JsonReport.SCHEMA)) {
        throw new Unreadable(
            schema.isEmpty()
                ? "it has no \"schema\""
                : "its schema is \"" + schema + "\", not \"" + JsonReport.SCHEMA + '"');
      }
      JsonObject subject = root.object("subject");
      return new Baseline(
          file,
          root.string("at", ""),
          subject.string("runtime", ""),
          subject.real("cpus", 0),
          subject.string("limits", ""),
          samples(root.objects("starts")));
    } catch (JsonException | ArithmeticException e) {
      throw new Unreadable(String.valueOf(e.getMessage()));
    }
  }

  private static Map<Integer, Map<String, List<Long>>> samples(List<JsonObject> starts) {
    Map<Integer, Map<String, List<Long>>> samples = new LinkedHashMap<>();
    for (JsonObject start : starts) {
      if (!start.string("part", "").equals(Part.WARM.text()) || !start.flag("ready", false)) {
        continue;
      }
      Map<String, List<Long>> figures =
          samples.computeIfAbsent(start.integer("concurrency", 1), _ -> new LinkedHashMap<>());
      JsonObject own = start.object("figures");
      for (Metric metric : Metric.values()) {
        Measure measure = Measure.of(metric);
        if (own.has(measure.key())) {
          add(figures, measure.name(), Measure.value(metric.unit(), own.real(measure.key(), 0)));
        }
      }
      Map<String, Double> components = new LinkedHashMap<>();
      for (JsonObject c : start.objects("components")) {
        double took = Math.max(0, c.real("end_ms", 0) - c.real("start_ms", 0));
        components.merge(c.string("name"), took, Double::sum);
      }
      components.forEach(
          (name, took) -> add(figures, Measure.COMPONENT + name, Measure.value(Unit.NANOS, took)));
    }
    return samples;
  }

  private static void add(Map<String, List<Long>> figures, String name, long value) {
    figures.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
  }
}
