package io.lkagent.cli;

import io.lkagent.json.Json;
import io.lkagent.ops.Survey;
import io.lkagent.ops.WorkerStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code lkagent status}: asks the workers and shows what they say. */
final class StatusTeller implements UseCases.StatusRun {
  private static final int SCHEMA = 1;

  @Override
  public ExitCode run(StatusCall call, Console console) {
    Path folder = RuntimeFolder.of(call.runtimeDir(), System.getenv());
    Survey survey;
    try {
      survey =
          call.addresses().isEmpty()
              ? Survey.ofHost(folder, call.timeout())
              : Survey.ofAddresses(call.addresses(), call.timeout());
    } catch (IOException e) {
      console.error("the runtime folder " + folder + " cannot be read: name it by --runtime-dir");
      return ExitCode.UNREACHABLE;
    }
    print(survey, call.form(), console);
    for (Survey.Gone gone : survey.gone()) {
      console.note(
          "worker %s (pid %d) is gone; its stale entry was removed"
              .formatted(gone.name(), gone.pid()));
    }
    for (Survey.Silent silent : survey.silent()) {
      console.error(silent.source() + ": " + silent.why());
    }
    if (survey.answered().isEmpty() && survey.silent().isEmpty()) {
      console.error(
          "no worker runs here (looked in %s): start one with lkagent worker start, or name one by --url http://host:8081"
              .formatted(folder));
    }
    if (survey.answered().isEmpty()) {
      return ExitCode.UNREACHABLE;
    }
    return survey.silent().isEmpty() ? ExitCode.DONE : ExitCode.PARTLY;
  }

  private static void print(Survey survey, Output.Form form, Console console) {
    if (Output.isStructured(form)) {
      console.result(Output.structured(form, json(survey)));
    } else if (!survey.answered().isEmpty()) {
      boolean wide = form == Output.Form.WIDE;
      int width = wide ? Integer.MAX_VALUE : Table.SCREEN;
      StatusTables.workers(survey, wide).lines(width).forEach(console::result);
      console.result("");
      StatusTables.processes(survey, wide).lines(width).forEach(console::result);
    }
  }

  private static Map<String, @Nullable Object> json(Survey survey) {
    return Json.object(
        "schema_version",
        SCHEMA,
        "workers",
        survey.answered().stream().map(StatusTeller::fields).toList(),
        "gone",
        survey.gone().stream()
            .map(gone -> Json.object("name", gone.name(), "pid", gone.pid()))
            .toList(),
        "silent",
        survey.silent().stream()
            .map(silent -> Json.object("source", silent.source(), "error", silent.why()))
            .toList());
  }

  private static Map<String, @Nullable Object> fields(WorkerStatus worker) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("source", worker.source());
    fields.putAll(worker.fields().values());
    fields.remove("schema_version");
    fields.remove("ok");
    return fields;
  }
}
