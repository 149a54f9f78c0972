package io.lkagent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.agents.AgentSource;
import io.lkagent.supervise.StopReason;
import io.lkagent.testing.Human;
import io.lkagent.testing.WorkerUnderTest;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import livekit.LivekitAgent.JobStatus;
import livekit.LivekitAgentDispatch.RoomAgentDispatch;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRoom.CreateRoomRequest;
import org.junit.jupiter.api.Test;

/** What our worker makes of a server: the same on both. */
abstract class WorkerScenarios extends RivalScenarios {
  @Test
  void namedDispatch_reachesAnEntryPoint() throws Exception {
    try (WorkerUnderTest worker = worker(s -> s)) {
      api().createRoom(name());
      String dispatch = api().createDispatch(name(), name(), "").getId();
      ProcessRow row = onlyOneRunning(worker);
      assertEquals(name(), row.room());
      assertEquals(dispatch, row.dispatchId());
      assertTrue(alive(row.pid()));
    }
  }

  @Test
  void emptyAgentName_everyNewRoomReachesAnEntryPoint() throws Exception {
    try (WorkerUnderTest worker = worker(s -> s.agentName(""))) {
      api().createRoom(name() + "-a");
      api().createRoom(name() + "-b");
      worker.awaitRunning(2);
      assertEquals(List.of(name() + "-a", name() + "-b"), rooms(worker));
      assertEquals(2, worker.running().stream().map(ProcessRow::pid).distinct().count());
    }
  }

  @Test
  void agentsInTheRoomsCreation_reachAnEntryPoint() throws Exception {
    try (WorkerUnderTest worker = worker(s -> s)) {
      api().createRoom(name(), name());
      assertEquals(name(), onlyOneRunning(worker).room());
    }
  }

  @Test
  void wrongSecretOrKey_givesUpAsRefused() throws Exception {
    for (var bad :
        List.of(List.of(server().key(), "wrong"), List.of("nobody", server().secret()))) {
      try (WorkerUnderTest worker =
          unregistered(s -> s.credentials(bad.getFirst(), bad.getLast()))) {
        assertTrue(assertInstanceOf(WorkerEnd.GaveUp.class, worker.awaitEnd()).refused());
      }
    }
  }

  @Test
  void maxJobs_nextRoomGoesToAnotherWorker_orToNobody() throws Exception {
    try (WorkerUnderTest one = worker(s -> s.pool(1, 1))) {
      api().createRoom(name() + "-1", name());
      one.awaitRunning(1);
      try (WorkerUnderTest two = worker(s -> s.pool(1, 1))) {
        api().createRoom(name() + "-2", name());
        two.awaitRunning(1);
        api().createRoom(name() + "-3", name());
        never(List.of(one, two), () -> one.running().size() + two.running().size() > 2);
        assertEquals(List.of(name() + "-1"), rooms(one));
        assertEquals(List.of(name() + "-2"), rooms(two));
      }
    }
  }

  @Test
  void twoWorkers_shareTheRooms() throws Exception {
    try (WorkerUnderTest one = worker(s -> s);
        WorkerUnderTest two = worker(s -> s)) {
      IntStream.range(0, 12).forEach(i -> api().createRoom(name() + "-" + i, name()));
      eventually(one, () -> one.running().size() + two.running().size() == 12);
      assertNotEquals(0, one.running().size());
      assertNotEquals(0, two.running().size());
      assertTrue(one.running().size() <= 10 && two.running().size() <= 10);
    }
  }

  @Test
  void duplicateDispatch_oneProcess_andTheSecondJobIsOver() throws Exception {
    try (WorkerUnderTest worker = worker(s -> s)) {
      api().createRoom(name(), name());
      long pid = onlyOneRunning(worker).pid();
      String second = api().createDispatch(name(), name(), "").getId();
      eventually(worker, () -> refused(worker, "room-occupied"));
      assertEquals(pid, onlyOneRunning(worker).pid());
      // The real server lists a job only after a while.
      eventually(
          worker,
          () ->
              api().dispatches(name()).stream()
                  .filter(dispatch -> dispatch.getId().equals(second))
                  .flatMap(dispatch -> dispatch.getState().getJobsList().stream())
                  .map(job -> job.getState().getStatus())
                  .toList()
                  .equals(List.of(JobStatus.JS_SUCCESS)));
    }
  }

  @Test
  void deleteDispatch_exactlyItsProcessEndsGracefully() throws Exception {
    try (WorkerUnderTest worker = worker(s -> s)) {
      api().createRoom(name());
      api().createRoom(name() + "-other", name());
      String dispatch = api().createDispatch(name(), name(), "").getId();
      worker.awaitRunning(2);
      long ends = pid(worker, name());
      long stays = pid(worker, name() + "-other");
      api().deleteDispatch(name(), dispatch);
      eventually(worker, () -> endedWell(worker, StopReason.TERMINATED) == 1);
      assertTrue(!alive(ends) && alive(stays));
      assertEquals(List.of(name() + "-other"), rooms(worker));
    }
  }

  @Test
  void deleteRoom_processEndsIn5s_alsoWhenItsAgentIsNotInTheRoom() throws Exception {
    try (WorkerUnderTest worker = worker(s -> s)) {
      deleteRoomOf(worker);
    }
  }

  @Test
  void deleteRoom_builtInAgentEndsIn5s() throws Exception {
    try (WorkerUnderTest worker = worker(s -> s.agent(new AgentSource.BuiltIn()))) {
      deleteRoomOf(worker);
    }
  }

  private void deleteRoomOf(WorkerUnderTest worker) {
    api().createRoom(name(), name());
    api().createRoom(name() + "-other", name());
    worker.awaitRunning(2);
    long pid = pid(worker, name());
    api().deleteRoom(name());
    eventually(ROOM_END, worker, () -> !alive(pid));
    eventually(worker, () -> worker.told(WorkerNews.Ended.class));
    assertEquals(1, worker.news().stream().filter(WorkerNews.Ended.class::isInstance).count());
    assertEquals(List.of(name() + "-other"), rooms(worker));
  }

  @Test
  void humansComeAndGo_oneProcessThroughout_andItEndsWithTheRoom() throws Exception {
    try (WorkerUnderTest worker = worker(s -> s)) {
      api()
          .createRoom(
              CreateRoomRequest.newBuilder()
                  .setName(name())
                  .setDepartureTimeout(2)
                  .addAgents(RoomAgentDispatch.newBuilder().setAgentName(name()))
                  .build());
      long pid = onlyOneRunning(worker).pid();
      try (Human _ = Human.join(server(), name(), "ann")) {
        eventually(worker, () -> present().equals(Set.of("ann")));
        try (Human _ = Human.join(server(), name(), "bob")) {
          eventually(worker, () -> present().equals(Set.of("ann", "bob")));
        }
        eventually(worker, () -> present().equals(Set.of("ann")));
        try (Human _ = Human.join(server(), name(), "bob")) {
          eventually(worker, () -> present().equals(Set.of("ann", "bob")));
          assertEquals(pid, onlyOneRunning(worker).pid());
        }
      }
      eventually(worker, () -> !alive(pid) && endedWell(worker, StopReason.ROOM_CLOSED) == 1);
      assertEquals(1, worker.news().stream().filter(WorkerNews.Running.class::isInstance).count());
    }
  }

  private Set<String> present() {
    return api().participants(name()).stream()
        .map(ParticipantInfo::getIdentity)
        .collect(Collectors.toSet());
  }

  @Test
  void deletedRoomMadeAgain_servedByANewProcess() throws Exception {
    try (WorkerUnderTest worker = worker(s -> s)) {
      api().createRoom(name(), name());
      long first = onlyOneRunning(worker).pid();
      api().deleteRoom(name());
      api().createRoom(name(), name());
      eventually(
          worker,
          () -> worker.running().stream().anyMatch(row -> row.pid() != first) && !alive(first));
      onlyOneRunning(worker);
      eventually(worker, () -> endedWell(worker, StopReason.ROOM_CLOSED) == 1);
    }
  }

  @Test
  void drain_noNewJob_runningJobFinishes_nothingKilled() throws Exception {
    try (WorkerUnderTest leaving = worker(s -> s)) {
      api().createRoom(name(), name());
      long pid = onlyOneRunning(leaving).pid();
      leaving.worker().drain();
      try (WorkerUnderTest staying = worker(s -> s)) {
        api().createRoom(name() + "-next", name());
        assertEquals(name() + "-next", onlyOneRunning(staying).room());
        assertEquals(pid, onlyOneRunning(leaving).pid());
        api().deleteRoom(name());
        assertEquals(new WorkerEnd.Stopped(0, 0), leaving.awaitEnd());
        assertEquals(1, endedWell(leaving, StopReason.ROOM_CLOSED));
      }
    }
  }

  @Test
  void drainTimeOver_jobIsEndedGracefully() throws Exception {
    try (WorkerUnderTest worker = worker(s -> s.drainTimeout(Duration.ofMillis(300)))) {
      api().createRoom(name(), name());
      worker.awaitRunning(1);
      worker.worker().drain();
      assertEquals(new WorkerEnd.Stopped(0, 0), worker.awaitEnd());
      assertEquals(1, endedWell(worker, StopReason.DRAINED));
    }
  }

  @Test
  void zzz_serverRestarts_jobGoesOn_workerComesBack_andTheLostRoomsProcessEnds() throws Exception {
    try (WorkerUnderTest worker = worker(s -> s)) {
      api().createRoom(name(), name());
      long pid = onlyOneRunning(worker).pid();
      server().restart();
      eventually(worker, () -> registrations(worker) == 2);
      assertTrue(alive(pid));
      api().createRoom(name() + "-next", name());
      worker.awaitRunning(2);
      eventually(Duration.ofSeconds(20), worker, () -> !alive(pid));
      assertEquals(name() + "-next", onlyOneRunning(worker).room());
    }
  }

  private static long registrations(WorkerUnderTest worker) {
    return worker.news().stream().filter(WorkerNews.Registered.class::isInstance).count();
  }

  private static long pid(WorkerUnderTest worker, String room) {
    return worker.running().stream()
        .filter(row -> row.room().equals(room))
        .findFirst()
        .orElseThrow()
        .pid();
  }
}
