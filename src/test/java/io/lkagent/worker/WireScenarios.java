package io.lkagent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.agents.AgentSource;
import io.lkagent.testing.RecordingProxy.Message;
import io.lkagent.testing.WorkerUnderTest;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import livekit.LivekitAgent.WorkerStatus;
import org.junit.jupiter.api.Test;

/** What our worker says on the wire, and when: the same to both servers. */
abstract class WireScenarios extends ConnectionEndScenarios {
  @Test
  void register_statusIsRightBehind() throws Exception {
    try (WorkerUnderTest worker = worker(s -> s.endpoint(proxy().url()))) {
      Message answer = proxy().awaitMessage(m -> heard(m).hasRegister(), PATIENCE);
      Message status = proxy().awaitMessage(m -> said(m).hasUpdateWorker(), PATIENCE);
      assertEquals(
          List.of("REGISTER", "UPDATE_WORKER"),
          statements(1).subList(0, 2),
          () -> proxy().messages() + "");
      assertTrue(status.nanos() - answer.nanos() < Duration.ofMillis(100).toNanos());
      assertEquals(WorkerStatus.WS_AVAILABLE, said(status).getUpdateWorker().getStatus());
      assertTrue(worker.told(WorkerNews.Registered.class));
    }
  }

  @Test
  void fullWorkerComesBack_fullIsRightBehindRegister() throws Exception {
    try (WorkerUnderTest worker = worker(s -> s.endpoint(proxy().url()).pool(1, 1))) {
      api().createRoom(name(), name());
      worker.awaitRunning(1);
      proxy().awaitMessage(WireSupport::full, PATIENCE);
      proxy().cut();
      proxy().awaitMessage(m -> full(m) && m.connection() == 2, PATIENCE);
      assertEquals(List.of("REGISTER", "UPDATE_WORKER"), statements(2).subList(0, 2));
      api().createRoom(name() + "-next", name());
      never(
          List.of(worker),
          () -> proxy().messages().stream().anyMatch(m -> asked(m) && m.connection() == 2));
    }
  }

  @Test
  void agentNeverReady_answeredWithin500ms_andLeavesNothingBehind() throws Exception {
    try (WorkerUnderTest worker =
        worker(s -> s.endpoint(proxy().url()).agent(new AgentSource.Exec("sleep 600")))) {
      api().createRoom(name(), name());
      Message asked = proxy().awaitMessage(WireSupport::asked, PATIENCE);
      Message answer = proxy().awaitMessage(WireSupport::answered, PATIENCE);
      assertTrue(answer.nanos() - asked.nanos() < Duration.ofMillis(500).toNanos());
      assertEquals(List.of(), worker.running());
      // The waiting job must not be given a new process when all are killed.
      worker.worker().force();
      WorkerEnd.Stopped end = assertInstanceOf(WorkerEnd.Stopped.class, worker.awaitEnd());
      assertEquals(0, end.left());
      assertTrue(Time.raw().nanos() - answer.nanos() < Duration.ofSeconds(8).toNanos());
    }
  }

  @Test
  void moreRoomsThanJobs_eachAskAnsweredWithin500ms_andNeverOneYesTooMany() throws Exception {
    try (WorkerUnderTest worker = worker(s -> s.endpoint(proxy().url()).pool(2, 3))) {
      for (int i = 0; i < 6; i++) {
        api().createRoom(name() + "-" + i, name());
      }
      worker.awaitRunning(3);
      never(List.of(worker), () -> worker.running().size() > 3);
      List<Message> answers = proxy().messages().stream().filter(WireSupport::answered).toList();
      assertEquals(
          3, answers.stream().filter(m -> said(m).getAvailability().getAvailable()).count());
      for (Message asked : proxy().messages().stream().filter(WireSupport::asked).toList()) {
        String id = heard(asked).getAvailability().getJob().getId();
        Message answer =
            answers.stream()
                .filter(m -> said(m).getAvailability().getJobId().equals(id))
                .findFirst()
                .orElseThrow();
        assertTrue(answer.nanos() - asked.nanos() < Duration.ofMillis(500).toNanos());
      }
    }
  }

  @Test
  void drain_fullWithin1s_thenSuccess_thenTheProcessEnds() throws Exception {
    try (WorkerUnderTest worker = worker(s -> s.endpoint(proxy().url()))) {
      api().createRoom(name(), name());
      ProcessRow row = onlyOneRunning(worker);
      long asked = Time.raw().nanos();
      worker.worker().drain();
      Message full = proxy().awaitMessage(WireSupport::full, PATIENCE);
      assertTrue(full.nanos() - asked < Duration.ofSeconds(1).toNanos());
      assertTrue(alive(row.pid()));
      CompletableFuture<Long> ended = endOf(row);
      api().deleteRoom(name());
      successBefore(ended, row);
      assertEquals(new WorkerEnd.Stopped(0, 0), worker.awaitEnd());
    }
  }

  @Test
  void termination_successIsToldBeforeTheProcessEnds() throws Exception {
    try (WorkerUnderTest worker = worker(s -> s.endpoint(proxy().url()))) {
      api().createRoom(name());
      String dispatch = api().createDispatch(name(), name(), "").getId();
      ProcessRow row = onlyOneRunning(worker);
      CompletableFuture<Long> ended = endOf(row);
      api().deleteDispatch(name(), dispatch);
      successBefore(ended, row);
    }
  }

  /** When the process ends; to be asked while it lives. */
  private static CompletableFuture<Long> endOf(ProcessRow row) {
    return ProcessHandle.of(row.pid()).orElseThrow().onExit().thenApply(exit -> Time.raw().nanos());
  }

  /** The process ends after SUCCESS was on the wire, and SUCCESS is said once. */
  private void successBefore(CompletableFuture<Long> ended, ProcessRow row) {
    Message told =
        proxy()
            .awaitMessage(
                m -> success(m) && said(m).getUpdateJob().getJobId().equals(row.jobId()), PATIENCE);
    long end = ended.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    assertTrue(told.nanos() < end, () -> proxy().messages() + "");
    assertEquals(1, proxy().messages().stream().filter(WireSupport::success).count());
  }
}
