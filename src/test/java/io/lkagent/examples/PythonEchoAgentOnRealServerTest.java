package io.lkagent.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.agents.AgentSource;
import io.lkagent.testing.Eventually;
import io.lkagent.testing.OnRealServer;
import io.lkagent.testing.PythonTools;
import io.lkagent.testing.RealLiveKit;
import io.lkagent.testing.RecordingProxy;
import io.lkagent.testing.RecordingProxy.Message;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.SettingsCopy;
import io.lkagent.testing.WorkerUnderTest;
import io.lkagent.time.Time;
import io.lkagent.worker.ProcessRow;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import livekit.LivekitAgent.JobStatus;
import livekit.LivekitModels.ParticipantInfo;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The Python example under our worker, in a room of the real server. */
@OnRealServer
@Tag("python")
final class PythonEchoAgentOnRealServerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String NAME = "python-echo";

  private static WorkerUnderTest worker(RealLiveKit server, RecordingProxy proxy) throws Exception {
    Path agent = Path.of("examples/python-echo-agent/agent.py").toAbsolutePath();
    return WorkerUnderTest.start(
            server,
            settings ->
                SettingsCopy.of(settings)
                    .endpoint(proxy.url())
                    .agentName(NAME)
                    .agent(new AgentSource.Exec(PythonTools.python() + " " + agent))
                    .pool(1, 4)
                    .make())
        .awaitRegistered();
  }

  @Test
  void roomWithTheAgent_itIsThereAsAgent_andLeavesWithTheRoom() throws Exception {
    try (RealLiveKit server = RealLiveKit.start();
        RecordingProxy proxy = RecordingProxy.inFrontOf(server.url());
        WorkerUnderTest worker = worker(server, proxy)) {
      ServerApi api = new ServerApi(server);
      ProcessRow row = joined(api, worker, "echo");
      api.deleteRoom("echo");
      Eventually.eventually(
          Duration.ofSeconds(5),
          () -> worker.worker().processes() + " after " + worker.news(),
          () -> ProcessHandle.of(row.pid()).isEmpty());
      assertTrue(api.rooms().isEmpty());
    }
  }

  @Test
  void roomDeletedWhileTheAgentJoins_itEndsAllTheSame() throws Exception {
    try (RealLiveKit server = RealLiveKit.start();
        RecordingProxy proxy = RecordingProxy.inFrontOf(server.url());
        WorkerUnderTest worker = worker(server, proxy)) {
      ServerApi api = new ServerApi(server);
      api.createRoom("echo", NAME);
      worker.awaitRunning(1);
      long pid = worker.running().getFirst().pid();
      api.deleteRoom("echo");
      Eventually.eventually(
          Duration.ofSeconds(8),
          () -> worker.worker().processes() + " after " + worker.news(),
          () -> ProcessHandle.of(pid).isEmpty());
    }
  }

  @Test
  void dispatchDeleted_successIsToldBeforeTheAgentLeaves() throws Exception {
    try (RealLiveKit server = RealLiveKit.start();
        RecordingProxy proxy = RecordingProxy.inFrontOf(server.url());
        WorkerUnderTest worker = worker(server, proxy)) {
      ServerApi api = new ServerApi(server);
      ProcessRow row = joined(api, worker, "echo");
      api.deleteDispatch("echo", row.dispatchId());
      Predicate<Message> success =
          m ->
              m.worker() != null
                  && m.worker().hasUpdateJob()
                  && m.worker().getUpdateJob().getStatus() == JobStatus.JS_SUCCESS;
      Message told = proxy.awaitMessage(success, PATIENCE);
      long[] left = new long[1];
      Eventually.eventually(
          PATIENCE,
          () -> {
            left[0] = Time.raw().nanos();
            return api.participants("echo").isEmpty();
          });
      assertTrue(told.nanos() < left[0]);
      // The leave of an agent whose success is not known brings a termination of its own.
      assertEquals(
          1,
          proxy.messages().stream()
              .filter(m -> m.server() != null && m.server().hasTermination())
              .count());
    }
  }

  /** Makes a room, and waits until the agent is in it. */
  private static ProcessRow joined(ServerApi api, WorkerUnderTest worker, String room) {
    api.createRoom(room, NAME);
    worker.awaitRunning(1);
    ProcessRow row = worker.running().getFirst();
    Eventually.eventually(
        PATIENCE,
        () -> "in the room: " + api.participants(room) + "; " + worker.news(),
        () ->
            api.participants(room).stream()
                .anyMatch(one -> one.getState() == ParticipantInfo.State.ACTIVE));
    List<ParticipantInfo> there = api.participants(room);
    assertEquals(
        List.of(ParticipantInfo.Kind.AGENT), there.stream().map(ParticipantInfo::getKind).toList());
    assertEquals("agent-" + row.jobId(), there.getFirst().getIdentity());
    return row;
  }
}
