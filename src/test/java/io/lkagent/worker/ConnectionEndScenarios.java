package io.lkagent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.RecordingProxy.Direction;
import io.lkagent.testing.RecordingProxy.Message;
import io.lkagent.testing.WorkerUnderTest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Each way in which the connection to a server can end or falter: jobs go on, the worker comes back
 * and tells of them.
 */
abstract class ConnectionEndScenarios extends WireSupport {
  private static final int GOING_AWAY = 1001;

  private WorkerUnderTest behindProxy() throws Exception {
    return worker(s -> s.endpoint(proxy().url()));
  }

  private ProcessRow withOneJob(WorkerUnderTest worker) {
    api().createRoom(name(), name());
    return onlyOneRunning(worker);
  }

  @Test
  void serverSaysGoodbye_answered_andTheWorkerComesBack() throws Exception {
    try (WorkerUnderTest worker = behindProxy()) {
      ProcessRow row = withOneJob(worker);
      proxy().sayGoodbye(GOING_AWAY);
      proxy()
          .awaitMessage(
              m ->
                  m.connection() == 1
                      && m.direction() == Direction.TO_SERVER
                      && m.kind().equals("CLOSE"),
              PATIENCE);
      backWithItsJob(worker, row);
      servesTheNextRoom(worker, row);
    }
  }

  @Test
  void connectionReset_theWorkerComesBack() throws Exception {
    try (WorkerUnderTest worker = behindProxy()) {
      ProcessRow row = withOneJob(worker);
      proxy().reset();
      backWithItsJob(worker, row);
      servesTheNextRoom(worker, row);
    }
  }

  @Test
  void connectionDropped_theWorkerComesBack() throws Exception {
    try (WorkerUnderTest worker = behindProxy()) {
      ProcessRow row = withOneJob(worker);
      proxy().cut();
      backWithItsJob(worker, row);
      servesTheNextRoom(worker, row);
    }
  }

  @Test
  void halfOpenConnection_pingedInVain_andLeftForANewOne() throws Exception {
    try (WorkerUnderTest worker = behindProxy()) {
      ProcessRow row = withOneJob(worker);
      proxy().drop(message -> message.connection() == 1);
      backWithItsJob(worker, row);
      assertTrue(
          proxy().messages().stream()
              .anyMatch(m -> m.connection() == 1 && m.dropped() && m.kind().equals("PING")));
    }
  }

  @Test
  void serverOutOfReach_triedEverMoreSlowly_andTheJobThatEndedMeanwhileIsNotNamed()
      throws Exception {
    try (WorkerUnderTest worker = behindProxy()) {
      ProcessRow stays = withOneJob(worker);
      api().createRoom(name() + "-ends", name());
      worker.awaitRunning(2);
      ProcessRow ends =
          worker.running().stream()
              .filter(row -> row.pid() != stays.pid())
              .findFirst()
              .orElseThrow();
      proxy().refuse(true);
      proxy().cut();
      assertTrue(ProcessHandle.of(ends.pid()).orElseThrow().destroyForcibly());
      eventually(worker, () -> refusals().size() >= 2 && !alive(ends.pid()));
      proxy().refuse(false);
      backWithItsJob(worker, stays);
      Message back = proxy().awaitMessage(m -> m.connection() == 2, PATIENCE);
      Duration second = between(refusals().get(0), refusals().get(1));
      Duration third = between(refusals().get(1), back);
      assertTrue(second.toMillis() >= 740, second::toString);
      assertTrue(third.toMillis() >= 1490, third::toString);
    }
  }

  private List<Message> refusals() {
    return proxy().messages().stream().filter(m -> m.kind().equals("REFUSED")).toList();
  }

  private static Duration between(Message earlier, Message later) {
    return Duration.ofNanos(later.nanos() - earlier.nanos());
  }

  @Test
  void slowConnection_jobIsTakenInTime_andNothingIsTakenForAnEnd() throws Exception {
    try (WorkerUnderTest worker = behindProxy()) {
      Duration delay = Duration.ofMillis(600);
      proxy().delay(Direction.TO_SERVER, delay);
      proxy().delay(Direction.TO_WORKER, delay);
      ProcessRow row = withOneJob(worker);
      Message asked = proxy().awaitMessage(WireSupport::asked, PATIENCE);
      Message answered = proxy().awaitMessage(WireSupport::answered, PATIENCE);
      Duration taken = between(asked, answered).minus(delay);
      assertTrue(!taken.isNegative() && taken.toMillis() < 500, taken::toString);
      assertEquals(1, connections());
      assertFalse(worker.told(WorkerNews.Disconnected.class));
      assertTrue(alive(row.pid()));
    }
  }

  @Test
  void cutBehindTheYes_theRoomIsFreeForTheNextDispatch() throws Exception {
    try (WorkerUnderTest worker = behindProxy()) {
      proxy().drop(message -> heard(message).hasAssignment());
      api().createRoom(name(), name());
      proxy().awaitMessage(message -> heard(message).hasAssignment(), PATIENCE);
      proxy().cut();
      proxy().drop(message -> false);
      // A dispatch before the server has taken the worker in again would be lost.
      proxy().awaitMessage(m -> m.connection() == 2 && heard(m).hasRegister(), PATIENCE);
      eventually(worker, () -> worker.worker().load() == 0);
      String next = api().createDispatch(name(), name(), "").getId();
      assertEquals(next, onlyOneRunning(worker).dispatchId());
      assertEquals(List.of(), named(2));
    }
  }

  @Test
  void drain_saysGoodbyeLast_andDoesNotComeBack() throws Exception {
    try (WorkerUnderTest worker = behindProxy()) {
      worker.worker().drain();
      assertEquals(new WorkerEnd.Stopped(0, 0), worker.awaitEnd());
      proxy()
          .awaitMessage(
              m -> m.direction() == Direction.TO_SERVER && m.kind().equals("CLOSE"), PATIENCE);
      assertEquals("CLOSE", statements(1).getLast());
      assertTrue(proxy().messages().stream().anyMatch(WireSupport::full));
      never(List.of(worker), () -> connections() > 1);
    }
  }

  @Test
  void zzz_serverRestarts_theWorkerComesBack() throws Exception {
    try (WorkerUnderTest worker = behindProxy()) {
      ProcessRow row = withOneJob(worker);
      server().restart();
      backWithItsJob(worker, row);
    }
  }

  /** The process is the same, and the next connection begins with the word of it. */
  private void backWithItsJob(WorkerUnderTest worker, ProcessRow row) {
    Message named =
        proxy()
            .awaitMessage(
                m -> m.connection() == 2 && said(m).hasMigrateJob(), Duration.ofSeconds(60));
    assertEquals(List.of(row.jobId()), said(named).getMigrateJob().getJobIdsList());
    assertEquals(List.of("REGISTER", "UPDATE_WORKER"), statements(2).subList(0, 2));
    Message status =
        proxy().awaitMessage(m -> m.connection() == 2 && said(m).hasUpdateWorker(), PATIENCE);
    assertEquals(1, said(status).getUpdateWorker().getJobCount());
    assertTrue(worker.told(WorkerNews.Disconnected.class));
    assertEquals(row.pid(), onlyOneRunning(worker).pid());
    assertTrue(alive(row.pid()));
    assertTrue(
        proxy().messages().stream()
            .noneMatch(m -> said(m).getUpdateJob().getJobId().equals(row.jobId())),
        () -> proxy().messages() + "");
  }

  private void servesTheNextRoom(WorkerUnderTest worker, ProcessRow row) {
    api().createRoom(name() + "-next", name());
    worker.awaitRunning(2);
    assertTrue(alive(row.pid()));
    assertEquals(2, connections());
  }

  /** The jobs that the worker named on a connection. */
  private List<String> named(int connection) {
    return proxy().messages().stream()
        .filter(m -> m.connection() == connection)
        .flatMap(m -> said(m).getMigrateJob().getJobIdsList().stream())
        .toList();
  }

  private long connections() {
    return proxy().messages().stream().filter(m -> m.kind().equals("OPENED")).count();
  }
}
