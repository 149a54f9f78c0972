package io.lkagent.testing;

import static org.junit.jupiter.api.Assertions.fail;

import io.lkagent.testing.RecordingProxy.Direction;
import io.lkagent.testing.RecordingProxy.Message;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import livekit.LivekitAgent.JobStatus;
import livekit.LivekitAgent.ServerMessage;
import livekit.LivekitAgent.WorkerMessage;
import livekit.LivekitAgent.WorkerStatus;

/** What a worker did on the wire, step by step, as figures that can be set side by side. */
public final class WireRecord {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Set<String> NO_STATEMENTS = Set.of("OPENED", "GONE", "WS_PING", "WS_PONG");

  /** The rows of {@link #table()}, in the order of the life that is recorded. */
  public static final List<String> ROWS =
      List.of(
          "first status after the register's answer",
          "asked → yes, the first",
          "asked → yes, the third",
          "SUCCESS against the agent's leave, dispatch deleted",
          "the yes that fills it → FULL",
          "cut → registered again",
          "said on the new connection, while full",
          "register's answer → FULL, while full",
          "jobs reported again",
          "SIGTERM → FULL, one job running",
          "its connection's end",
          "exit code");

  private final RecordingProxy proxy;
  private final Map<String, String> table = new LinkedHashMap<>();
  private final Map<String, Double> millis = new LinkedHashMap<>();

  public WireRecord(RecordingProxy proxy) {
    this.proxy = proxy;
  }

  public Map<String, String> table() {
    return Map.copyOf(table);
  }

  /** A figure by its short name: {@code yes}, {@code full after SIGTERM}, … */
  public double millis(String figure) {
    Double value = millis.get(figure);
    return value == null ? fail("no figure " + figure + " in " + millis) : value;
  }

  /** What the worker said on a connection, in order, control frames left out. */
  public List<String> statements(int connection) {
    return proxy.kinds(Direction.TO_SERVER, connection).stream()
        .filter(kind -> !NO_STATEMENTS.contains(kind))
        .toList();
  }

  /** {@code FULL} or {@code AVAILABLE}: the first that the worker said on a connection. */
  public String firstStatus(int connection) {
    return said(await(m -> m.connection() == connection && said(m).hasUpdateWorker()))
        .getUpdateWorker()
        .getStatus()
        .name()
        .replace("WS_", "");
  }

  /** The jobs that the worker named on a connection. */
  public List<String> named(int connection) {
    return proxy.messages().stream()
        .filter(m -> m.connection() == connection)
        .flatMap(m -> said(m).getMigrateJob().getJobIdsList().stream())
        .toList();
  }

  /** Waits until the server has answered the registration on a connection. */
  public void registered(int connection) {
    Message answer = await(m -> m.connection() == connection && heard(m).hasRegister());
    if (connection > 1) {
      Message gone = await(m -> m.connection() == connection - 1 && m.kind().equals("GONE"));
      note("cut → registered again", "registered again", gone, answer);
    }
  }

  /** Waits for the first status on a connection. */
  public void status(int connection) {
    Message answer = await(m -> m.connection() == connection && heard(m).hasRegister());
    Message status = await(m -> m.connection() == connection && said(m).hasUpdateWorker());
    if (connection == 1) {
      note("first status after the register's answer", "status", answer, status);
      return;
    }
    table.put(
        "said on the new connection, while full",
        String.join(", ", statements(connection).stream().limit(3).toList())
            + "; first status "
            + firstStatus(connection));
    Message full = await(m -> m.connection() == connection && full(m));
    note("register's answer → FULL, while full", "full again", answer, full);
  }

  /** Waits for the first question and its answer. */
  public void answered() {
    Message asked = await(m -> heard(m).hasAvailability());
    Message yes = await(m -> said(m).hasAvailability() && said(m).getAvailability().getAvailable());
    note("asked → yes, the first", "yes", asked, yes);
  }

  /**
   * Waits for the first job's SUCCESS.
   *
   * @param there when the agent was still seen in its room
   * @param gone when it was seen to be gone
   */
  public void success(long there, long gone) {
    String job = heard(await(m -> heard(m).hasAssignment())).getAssignment().getJob().getId();
    Message told =
        await(m ->
            said(m).getUpdateJob().getJobId().equals(job)
                && said(m).getUpdateJob().getStatus() == JobStatus.JS_SUCCESS);
    double before = (there - told.nanos()) / 1e6;
    double after = (told.nanos() - gone) / 1e6;
    String row = "SUCCESS against the agent's leave, dispatch deleted";
    millis.put("success before the leave", (gone - told.nanos()) / 1e6);
    if (before >= 0) {
      table.put(row, "%.0f ms before or more".formatted(before));
    } else if (after >= 0) {
      table.put(row, "%.0f ms after or more".formatted(after));
    } else {
      table.put(row, "within %.0f ms of each other".formatted((gone - there) / 1e6));
    }
  }

  /** Waits until the worker said on a connection that it is full. */
  public void full(int connection) {
    Message full = await(m -> m.connection() == connection && full(m));
    Message filled =
        proxy.messages().stream()
            .filter(m -> said(m).getAvailability().getAvailable())
            .reduce((first, second) -> second)
            .orElseThrow();
    String job = said(filled).getAvailability().getJobId();
    Message asked = await(m -> heard(m).getAvailability().getJob().getId().equals(job));
    note("asked → yes, the third", "third yes", asked, filled);
    note("the yes that fills it → FULL", "full", filled, full);
  }

  /** Waits until the worker has named its jobs on a connection. */
  public void reported(int connection) {
    Message named = await(m -> m.connection() == connection && said(m).hasMigrateJob());
    table.put(
        "jobs reported again",
        said(named).getMigrateJob().getJobIdsCount() + ", by " + named.kind());
  }

  /** Waits until the worker, full before, says on a connection that it has room. */
  public void available(int connection) {
    Message first = await(m -> m.connection() == connection && full(m));
    await(m ->
        m.connection() == connection
            && m.nanos() > first.nanos()
            && said(m).hasUpdateWorker()
            && !full(m));
  }

  /** Waits for the FULL behind a signal that was sent then. */
  public void fullAfter(long signal) {
    Message full = await(m -> full(m) && m.nanos() > signal);
    double taken = (full.nanos() - signal) / 1e6;
    millis.put("full after SIGTERM", taken);
    table.put("SIGTERM → FULL, one job running", "%.0f ms".formatted(taken));
  }

  /** Notes how the worker left, once it has. */
  public void ended(int exit) {
    Message last = await(m -> m.connection() == 2 && m.kind().equals("GONE"));
    boolean closed = statements(last.connection()).getLast().equals("CLOSE");
    table.put("its connection's end", closed ? "a close frame" : "dropped without a word");
    table.put("exit code", Integer.toString(exit));
  }

  private void note(String row, String figure, Message from, Message to) {
    double taken = (to.nanos() - from.nanos()) / 1e6;
    millis.put(figure, taken);
    table.put(row, taken < 0 ? "before it" : "%.1f ms".formatted(taken));
  }

  private Message await(Predicate<Message> wanted) {
    return proxy.awaitMessage(wanted, PATIENCE);
  }

  private static boolean full(Message message) {
    return said(message).hasUpdateWorker()
        && said(message).getUpdateWorker().getStatus() == WorkerStatus.WS_FULL;
  }

  private static WorkerMessage said(Message message) {
    WorkerMessage worker = message.worker();
    return worker == null ? WorkerMessage.getDefaultInstance() : worker;
  }

  private static ServerMessage heard(Message message) {
    ServerMessage server = message.server();
    return server == null ? ServerMessage.getDefaultInstance() : server;
  }

  @Override
  public String toString() {
    return table + " " + millis;
  }
}
