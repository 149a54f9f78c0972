package io.lkagent.cli;

import io.lkagent.api.JobInfo;
import io.lkagent.json.Json;
import io.lkagent.ops.RoomDispatch;
import io.lkagent.time.Time;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Dispatches as {@code --list} shows them, and the word that one was deleted. */
final class DispatchList {
  private DispatchList() {}

  static void print(List<RoomDispatch> found, Output.Form form, Console console) {
    switch (form) {
      case JSON, YAML ->
          console.result(
              Output.structured(
                  form,
                  Json.object(
                      "schema_version",
                      DispatchReport.SCHEMA,
                      "dispatches",
                      found.stream().map(DispatchList::json).toList())));
      case TABLE -> table(found, false).lines(Table.SCREEN).forEach(console::result);
      case WIDE -> table(found, true).lines(Integer.MAX_VALUE).forEach(console::result);
    }
  }

  static void printDeleted(String room, String id, Output.Form form, Console console) {
    console.result(
        Output.isStructured(form)
            ? Output.structured(
                form,
                Json.object("schema_version", DispatchReport.SCHEMA, "room", room, "deleted", id))
            : "deleted " + id);
  }

  private static Table table(List<RoomDispatch> found, boolean wide) {
    Table table =
        wide
            ? new Table("ROOM", "AGENT", "DISPATCH", "STATE", "AGE", "JOB", "WORKER", "IDENTITY")
            : new Table("ROOM", "AGENT", "DISPATCH", "STATE", "AGE");
    for (RoomDispatch one : found) {
      Duration age = Duration.between(one.info().createdAt(), Time.raw().wall());
      String shown = Shown.age(age.isNegative() ? Duration.ZERO : age);
      String agent = one.info().agentName().isEmpty() ? "-" : one.info().agentName();
      JobInfo job = one.job();
      if (wide) {
        table.row(
            one.info().room(),
            agent,
            one.info().id(),
            life(one),
            shown,
            job == null ? "-" : job.id(),
            job == null ? "-" : job.workerId(),
            one.agent() == null ? "-" : one.agent().identity());
      } else {
        table.row(one.info().room(), agent, one.info().id(), life(one), shown);
      }
    }
    return table;
  }

  private static String life(RoomDispatch one) {
    return one.life().name().toLowerCase(Locale.ROOT);
  }

  private static Map<String, @Nullable Object> json(RoomDispatch one) {
    return Json.object(
        "dispatch_id", one.info().id(),
        "room", one.info().room(),
        "agent_name", one.info().agentName(),
        "state", life(one),
        "created_at", one.info().createdAt().truncatedTo(ChronoUnit.MILLIS).toString(),
        "metadata", one.info().metadata(),
        "agent", one.agent() == null ? null : DispatchReport.agent(one.agent()),
        "jobs", one.info().jobs().stream().map(DispatchReport::job).toList());
  }
}
