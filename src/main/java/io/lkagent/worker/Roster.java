package io.lkagent.worker;

import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.StopCause;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** The worker's processes as people want to see them; read from any thread. */
final class Roster {
  /** How many of those that ended are remembered. */
  private static final int REMEMBERED = 20;

  /**
   * A process and its times.
   *
   * @param age since it was asked for
   * @param served since it was given its room; zero without one
   */
  record Aged(ProcessRow row, Duration age, Duration served) {}

  /** A process that ended, so long ago; {@code cause} says more than its row. */
  record Past(ProcessRow row, StopCause cause, Duration ago) {}

  private record Times(long started, long assigned) {}

  private record End(ProcessRow row, StopCause cause, long at) {}

  private final Time time;
  private final Map<Integer, ProcessRow> rows = new TreeMap<>();
  private final Map<Integer, Times> times = new HashMap<>();
  private final Deque<End> ends = new ArrayDeque<>();

  Roster(Time time) {
    this.time = time;
  }

  /** The processes of which something is left, with their ages. */
  synchronized List<Aged> aged() {
    long now = time.nanos();
    List<Aged> aged = new ArrayList<>();
    rows.forEach((number, row) -> {
      Times its = times.getOrDefault(number, new Times(now, now));
      aged.add(
          new Aged(row, Duration.ofNanos(now - its.started), Duration.ofNanos(now - its.assigned)));
    });
    return aged;
  }

  /** The processes that ended last, the newest first. */
  synchronized List<Past> past() {
    long now = time.nanos();
    return ends.stream()
        .map(end -> new Past(end.row, end.cause, Duration.ofNanos(now - end.at)))
        .toList();
  }

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
      case ChildNews.JobSent(var job) -> {
        long now = time.nanos();
        times.merge(number, new Times(now, now), (old, _) -> new Times(old.started, now));
        yield change(number, row -> row.assigned(job.room().name(), job.jobId(), job.dispatchId()));
      }
      case ChildNews.JobRunning running -> change(number, row -> row.state("running"));
      case ChildNews.JobActivity(var job, int participants, long messages) ->
          change(number, row -> row.activity(participants, messages));
      case ChildNews.JobDone done -> change(number, row -> row.state("finishing"));
      case ChildNews.MemoryMeasured(long bytes, long baseline) ->
          change(number, row -> row.measured(bytes, baseline));
      case ChildNews.Ended(StopCause cause, var exit, var job, boolean ran) -> {
        ProcessRow last = change(number, row -> row.ended(cause.reason().text()));
        ends.addFirst(new End(last, cause, time.nanos()));
        if (ends.size() > REMEMBERED) {
          ends.removeLast();
        }
        yield last;
      }
      case ChildNews.Cleared cleared -> {
        ProcessRow last = row(number);
        rows.remove(number);
        times.remove(number);
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
    long now = time.nanos();
    times.putIfAbsent(number, new Times(now, now));
    return changed;
  }
}
