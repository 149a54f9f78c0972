package io.lkagent.worker;

import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.StopCause;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** The worker's processes as people want to see them; read from any thread. */
final class Roster {
  private final Map<Integer, ProcessRow> rows = new TreeMap<>();

  synchronized Collection<ProcessRow> rows() {
    return List.copyOf(rows.values());
  }

  /** The row of a child, or an empty one. */
  synchronized ProcessRow row(int number) {
    return rows.getOrDefault(number, ProcessRow.starting(number));
  }

  /** Takes in what a child's supervisor reports; returns the row as it is now. */
  synchronized ProcessRow childSaid(int number, ChildNews news) {
    return switch (news) {
      case ChildNews.Spawned(long pid) -> change(number, row -> row.spawned(pid));
      case ChildNews.Ready(long nanos) -> change(number, row -> row.ready(Duration.ofNanos(nanos)));
      case ChildNews.JobSent(var job) ->
          change(number, row -> row.assigned(job.room().name(), job.jobId(), job.dispatchId()));
      case ChildNews.JobRunning running -> change(number, row -> row.state("running"));
      case ChildNews.JobActivity(var job, int participants, long messages) ->
          change(number, row -> row.activity(participants, messages));
      case ChildNews.JobDone done -> change(number, row -> row.state("finishing"));
      case ChildNews.MemoryMeasured(long bytes, long baseline) ->
          change(number, row -> row.measured(bytes, baseline));
      case ChildNews.Ended(StopCause cause, var exit, var job, boolean ran) ->
          change(number, row -> row.ended(cause.reason().text()));
      case ChildNews.Cleared cleared -> {
        ProcessRow last = row(number);
        rows.remove(number);
        yield last;
      }
      case ChildNews.PhaseEnded phase -> row(number);
      case ChildNews.JobReturned returned -> row(number);
      case ChildNews.Degraded degraded -> row(number);
      case ChildNews.MemoryHigh high -> row(number);
      case ChildNews.DidNotStop stuck -> change(number, row -> row.state("unkillable"));
    };
  }

  synchronized void latency(int number, Duration afterAssignment) {
    change(number, row -> row.latency(afterAssignment));
  }

  synchronized void ending(int number) {
    change(number, row -> row.state("stopping"));
  }

  private ProcessRow change(int number, UnaryOperator<ProcessRow> what) {
    ProcessRow changed = what.apply(row(number));
    rows.put(number, changed);
    return changed;
  }
}
