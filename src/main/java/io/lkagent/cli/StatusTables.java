package io.lkagent.cli;

import io.lkagent.json.JsonObject;
import io.lkagent.ops.Survey;
import io.lkagent.ops.WorkerStatus;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/** Workers and their processes as tables; the wide ones begin with the columns of the others. */
final class StatusTables {
  private StatusTables() {}

  static Table workers(Survey survey, boolean wide) {
    Table table =
        wide
            ? new Table(
                "WORKER",
                "AGENT",
                "PID",
                "STATE",
                "ROOMS",
                "IDLE",
                "UP",
                "LAST END",
                "LOAD",
                "PSS",
                "PORT",
                "SERVER",
                "WORKER ID",
                "VERSION")
            : new Table("WORKER", "AGENT", "PID", "STATE", "ROOMS", "IDLE", "UP", "LAST END");
    for (WorkerStatus worker : survey.answered()) {
      String[] brief = {
        worker.name(),
        worker.agentName().isEmpty() ? "-" : worker.agentName(),
        Long.toString(worker.pid()),
        state(worker),
        worker.activeJobs() + "/" + worker.maxJobs(),
        Long.toString(idle(worker)),
        Shown.age(Duration.ofMillis(worker.fields().number("uptime_ms", 0))),
        lastEnd(worker)
      };
      table.row(wide ? with(brief, details(worker)) : brief);
    }
    return table;
  }

  private static String[] details(WorkerStatus worker) {
    JsonObject fields = worker.fields();
    return new String[] {
      String.format(Locale.ROOT, "%.2f", fields.real("load", 0)),
      Shown.memory(fields.number("pss_bytes", 0)),
      Long.toString(fields.number("port", 0)),
      worker.url(),
      fields.string("worker_id", "-"),
      fields.string("version", "-")
    };
  }

  /** The state in a word; a worker that serves all it may is still registered. */
  private static String state(WorkerStatus worker) {
    if (!worker.state().equals("registered") || worker.available()) {
      return worker.state();
    }
    return worker.full() ? "full" : "overloaded";
  }

  private static long idle(WorkerStatus worker) {
    return worker.processes().stream()
        .filter(process -> process.string("state", "").equals("idle"))
        .count();
  }

  private static String lastEnd(WorkerStatus worker) {
    return worker.ended().isEmpty()
        ? "-"
        : worker.ended().getFirst().string("reason", "")
            + " "
            + Shown.age(Duration.ofMillis(worker.ended().getFirst().number("ended_ms_ago", 0)))
            + " ago";
  }

  static Table processes(Survey survey, boolean wide) {
    boolean several = survey.answered().size() > 1;
    Table table =
        wide
            ? new Table(
                "ROOM",
                "PID",
                "STATE",
                "UP",
                "PSS",
                "INIT",
                "LAST REASON",
                "WORKER",
                "SERVED",
                "ENTRY",
                "PEOPLE",
                "MESSAGES",
                "JOB",
                "DISPATCH")
            : several
                ? new Table("ROOM", "PID", "STATE", "UP", "PSS", "INIT", "LAST REASON", "WORKER")
                : new Table("ROOM", "PID", "STATE", "UP", "PSS", "INIT", "LAST REASON");
    for (WorkerStatus worker : survey.answered()) {
      for (JsonObject process : worker.processes()) {
        String[] brief = {
          room(process),
          process.number("pid", 0) == 0 ? "-" : Long.toString(process.number("pid")),
          process.string("state", ""),
          Shown.age(Duration.ofMillis(process.number("age_ms", 0))),
          Shown.memory(process.number("pss_bytes", 0)),
          millis(process, "init_ms"),
          lastReason(worker, process)
        };
        String[] named = several ? with(brief, new String[] {worker.name()}) : brief;
        table.row(wide ? with(brief, details(worker, process)) : named);
      }
    }
    return table;
  }

  private static String[] details(WorkerStatus worker, JsonObject process) {
    return new String[] {
      worker.name(),
      process.has("served_ms") ? Shown.age(Duration.ofMillis(process.number("served_ms", 0))) : "-",
      millis(process, "entry_ms"),
      process.has("participants") ? Long.toString(process.number("participants", 0)) : "-",
      process.has("messages") ? Long.toString(process.number("messages", 0)) : "-",
      process.string("job_id", "-"),
      process.string("dispatch_id", "-")
    };
  }

  private static String room(JsonObject process) {
    // Its room's name is told on its own host only.
    boolean busy = process.has("participants");
    return process.string("room_name", busy ? "(hidden)" : "-");
  }

  /** Why the process before this one in the same room ended. */
  private static String lastReason(WorkerStatus worker, JsonObject process) {
    String room = process.string("room_name", "");
    return worker.ended().stream()
        .filter(ended -> !room.isEmpty() && ended.string("room_name", "").equals(room))
        .map(ended -> ended.string("reason", ""))
        .findFirst()
        .orElse("-");
  }

  private static String millis(JsonObject process, String field) {
    double millis = process.real(field, 0);
    if (millis == 0) {
      return "-";
    }
    return millis < 10
        ? String.format(Locale.ROOT, "%.1f ms", millis)
        : Shown.time(Duration.ofMillis(Math.round(millis)));
  }

  private static String[] with(String[] first, String[] more) {
    String[] all = Arrays.copyOf(first, first.length + more.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return all;
  }
}
